-- An answer is counted by what its response says: who, where, about whose work. Whoever writes answers need not know.
CREATE FUNCTION surveys_answer_as_its_response() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  SELECT version_id, customer_id, shop_id, channel, tier, agent_id
    INTO NEW.version_id, NEW.customer_id, NEW.shop_id, NEW.channel, NEW.tier, NEW.agent_id
    FROM surveys_response WHERE id = NEW.response_id;
  RETURN NEW;
END $$;

CREATE TRIGGER answer_as_its_response BEFORE INSERT ON surveys_answer
  FOR EACH ROW EXECUTE FUNCTION surveys_answer_as_its_response();

CREATE FUNCTION surveys_answers_follow_response() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  UPDATE surveys_answer
    SET version_id = NEW.version_id, customer_id = NEW.customer_id, shop_id = NEW.shop_id, channel = NEW.channel,
        tier = NEW.tier, agent_id = NEW.agent_id
    WHERE response_id = NEW.id;
  RETURN NULL;
END $$;

CREATE TRIGGER answers_follow_response AFTER UPDATE ON surveys_response FOR EACH ROW
  WHEN ((OLD.version_id, OLD.customer_id, OLD.shop_id, OLD.channel, OLD.tier, OLD.agent_id)
    IS DISTINCT FROM (NEW.version_id, NEW.customer_id, NEW.shop_id, NEW.channel, NEW.tier, NEW.agent_id))
  EXECUTE FUNCTION surveys_answers_follow_response();

-- What stands already.
UPDATE surveys_answer a
  SET version_id = r.version_id, customer_id = r.customer_id, shop_id = r.shop_id, channel = r.channel, tier = r.tier,
      agent_id = r.agent_id
  FROM surveys_response r WHERE r.id = a.response_id;
