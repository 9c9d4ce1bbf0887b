-- In which edition of its terms a programme is. The name changes in the transaction of whatever changes them, so that
-- a process may remember terms under it; it is never used twice, not even after a rollback.
-- No term: what is left of a reward, which goes down with every redemption.
CREATE FUNCTION loyalty_next_edition() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  NEW.edition := gen_random_uuid();
  RETURN NEW;
END $$;
CREATE TRIGGER programme_comes_in_editions BEFORE UPDATE ON loyalty_programme
  FOR EACH ROW EXECUTE FUNCTION loyalty_next_edition();

-- Touching the row is enough: its own trigger names the next edition.
CREATE FUNCTION loyalty_terms_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  UPDATE loyalty_programme SET edition = edition WHERE id IN (OLD.programme_id, NEW.programme_id);
  RETURN NULL;
END $$;
CREATE TRIGGER rule_is_a_term AFTER INSERT OR UPDATE OR DELETE ON loyalty_rule
  FOR EACH ROW EXECUTE FUNCTION loyalty_terms_changed();
CREATE TRIGGER tier_is_a_term AFTER INSERT OR UPDATE OR DELETE ON loyalty_tier
  FOR EACH ROW EXECUTE FUNCTION loyalty_terms_changed();
CREATE TRIGGER reward_is_a_term AFTER INSERT OR DELETE ON loyalty_reward
  FOR EACH ROW EXECUTE FUNCTION loyalty_terms_changed();
-- Whether it is counted at all is a term; how many are left is none.
CREATE TRIGGER reward_changed_as_a_term AFTER UPDATE ON loyalty_reward
  FOR EACH ROW WHEN (
    (OLD.stock IS NULL) <> (NEW.stock IS NULL)
    OR to_jsonb(OLD) - 'stock' IS DISTINCT FROM to_jsonb(NEW) - 'stock')
  EXECUTE FUNCTION loyalty_terms_changed();

CREATE FUNCTION loyalty_quotas_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  UPDATE loyalty_programme SET edition = edition
  WHERE id IN (SELECT programme_id FROM loyalty_reward WHERE id IN (OLD.reward_id, NEW.reward_id));
  RETURN NULL;
END $$;
CREATE TRIGGER quota_is_a_term AFTER INSERT OR DELETE ON loyalty_rewardquota
  FOR EACH ROW EXECUTE FUNCTION loyalty_quotas_changed();
CREATE TRIGGER quota_changed_as_a_term AFTER UPDATE ON loyalty_rewardquota
  FOR EACH ROW WHEN (
    (OLD.left IS NULL) <> (NEW.left IS NULL)
    OR to_jsonb(OLD) - 'left' IS DISTINCT FROM to_jsonb(NEW) - 'left')
  EXECUTE FUNCTION loyalty_quotas_changed();
