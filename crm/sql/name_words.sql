-- Keeps the dictionary of names (crm_nameword) to what people are called: words come and go with them. It is written
-- without locks, so two transactions that bring one new word at once both write it; readers do not mind.
CREATE OR REPLACE FUNCTION crm_learn_names() RETURNS trigger
LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
  INSERT INTO crm_nameword (word)
  SELECT fresh.word
  FROM (
    SELECT DISTINCT unnest(tsvector_to_array(crm_name_words(p.given_name, p.patronymic, p.family_name))) AS word
    FROM people p
  ) AS fresh
  WHERE length(fresh.word) BETWEEN 2 AND 60
    AND NOT EXISTS (SELECT 1 FROM crm_nameword known WHERE known.word = fresh.word);
  RETURN NULL;
END $$;

CREATE OR REPLACE FUNCTION crm_learn_new_name() RETURNS trigger
LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
DECLARE
  named text[] := tsvector_to_array(crm_name_words(NEW.given_name, NEW.patronymic, NEW.family_name));
BEGIN
  INSERT INTO crm_nameword (word)
  SELECT fresh.word FROM unnest(named) AS fresh(word)
  WHERE length(fresh.word) BETWEEN 2 AND 60
    AND NOT EXISTS (SELECT 1 FROM crm_nameword known WHERE known.word = fresh.word);
  RETURN NULL;
END $$;

CREATE OR REPLACE FUNCTION crm_forget_old_name() RETURNS trigger
LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
  DELETE FROM crm_nameword known
  USING unnest(tsvector_to_array(crm_name_words(OLD.given_name, OLD.patronymic, OLD.family_name))) AS gone(word)
  WHERE known.word = gone.word
    AND NOT EXISTS (
      SELECT 1 FROM crm_customer c
      WHERE crm_name_words(c.given_name, c.patronymic, c.family_name)
        @@ quote_literal(gone.word)::tsquery
    );
  RETURN NULL;
END $$;

CREATE TRIGGER names_are_learnt AFTER INSERT ON crm_customer
  REFERENCING NEW TABLE AS people FOR EACH STATEMENT EXECUTE FUNCTION crm_learn_names();
CREATE TRIGGER new_name_is_learnt AFTER UPDATE OF given_name, patronymic, family_name ON crm_customer
  FOR EACH ROW WHEN ((OLD.given_name, OLD.patronymic, OLD.family_name) IS DISTINCT FROM
    (NEW.given_name, NEW.patronymic, NEW.family_name)) EXECUTE FUNCTION crm_learn_new_name();
CREATE TRIGGER old_name_is_forgotten AFTER UPDATE OF given_name, patronymic, family_name ON crm_customer
  FOR EACH ROW WHEN ((OLD.given_name, OLD.patronymic, OLD.family_name) IS DISTINCT FROM
    (NEW.given_name, NEW.patronymic, NEW.family_name)) EXECUTE FUNCTION crm_forget_old_name();
CREATE TRIGGER deleted_name_is_forgotten AFTER DELETE ON crm_customer
  FOR EACH ROW EXECUTE FUNCTION crm_forget_old_name();

INSERT INTO crm_nameword (word)
SELECT DISTINCT word
FROM crm_customer c,
  LATERAL unnest(tsvector_to_array(crm_name_words(c.given_name, c.patronymic, c.family_name))) AS word
WHERE length(word) BETWEEN 2 AND 60;
