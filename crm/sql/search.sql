-- What search reads by. One sound has many spellings (Щерева, Shtereva, Shchereva; Ёлкина, Yolkina): crm_fold gives all
-- of them one key in Latin letters, coarser than any transliteration, so that it never matters which one was meant.
CREATE OR REPLACE FUNCTION crm_fold(said text) RETURNS text
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE COST 10000 AS $$
DECLARE
  key text := normalize(lower(said), NFKD);
BEGIN
  -- Marks fall away (ё → е, й → и, é → e), and so do apostrophes; everything else between words is a space.
  key := regexp_replace(key, '[\u0300-\u036f''’ʼ`]+', '', 'g');
  key := regexp_replace(key, '[^a-z0-9\u00df-\u1fff\u3040-\uffff]+', ' ', 'g');
  IF key ~ '[\u0400-\u04ff]' THEN
    key := replace(replace(replace(key, 'ьо', 'yo'), 'ж', 'zh'), 'щ', 'sh');
    key := replace(replace(replace(key, 'ш', 'sh'), 'ч', 'ch'), 'ц', 'ts');
    key := replace(replace(replace(key, 'х', 'kh'), 'ю', 'yu'), 'я', 'ya');
    key := translate(key, 'абвгґдеєзиіклмнопрстуфъыэь', 'abvggdeeziiklmnoprstufaye');
  END IF;
  -- One j is й (Jordanov, Julia, Andrej, Marija), another is ж (Jivkov, Snejana).
  IF position('j' IN key) > 0 THEN
    key := regexp_replace(regexp_replace(key, '\mj(?=[auo])|j\M', 'y', 'g'), 'ij(?=[aeu])', 'iy', 'g');
    key := replace(key, 'j', 'zh');
  END IF;
  -- c is k in Clarke, but ц in Cvetanov.
  IF position('c' IN key) > 0 THEN
    key := regexp_replace(key, 'c(?=[aoulrt]|\M)', 'k', 'g');
  END IF;
  key := replace(replace(replace(replace(key, 'shch', 'sh'), 'sch', 'sh'), 'sht', 'sh'), 'sh', 's');
  key := replace(replace(replace(replace(key, 'tch', 'ch'), 'chr', 'hr'), 'zh', 'z'), 'kh', 'h');
  key := replace(replace(replace(replace(key, 'ch', 'c'), 'ts', 'c'), 'tz', 'c'), 'ck', 'k');
  key := replace(replace(replace(replace(key, 'ph', 'f'), 'th', 't'), 'ou', 'u'), 'x', 'ks');
  key := regexp_replace(key, '([b-df-hk-np-tvwz])yo', '\1e', 'g');
  key := translate(replace(key, 'ye', 'e'), 'ywq', 'ivk');
  IF position('ff' IN key) > 0 THEN
    key := regexp_replace(key, '([oe])ff\M', '\1v', 'g');
  END IF;
  RETURN btrim(regexp_replace(key, '([a-z])\1+', '\1', 'g'));
END $$;

-- The words of a person's name, in no order. An index stands on exactly this expression.
CREATE OR REPLACE FUNCTION crm_name_words(given text, patronymic text, family text) RETURNS tsvector
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE COST 10000 AS $$
BEGIN
  RETURN array_to_tsvector(string_to_array(public.crm_fold(concat_ws(' ', given, patronymic, family)), ' '));
END $$;

-- What is written in an entry, to be searched: Russian and English by their stems, every word also as it stands (there
-- is no stemmer for Bulgarian), and the month, so that a search of the last months reads only those. Entries without
-- text have nothing here. An index stands on exactly this expression, and no column: what erasure empties is gone.
CREATE OR REPLACE FUNCTION crm_entry_words(payload jsonb, occurred_at timestamptz) RETURNS tsvector
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE COST 10000 AS $$
DECLARE
  written text := concat_ws(' ', payload->>'subject', payload->>'text', payload->>'reason');
  utc timestamp := occurred_at AT TIME ZONE 'UTC';
BEGIN
  RETURN to_tsvector('pg_catalog.russian', written) || to_tsvector('pg_catalog.simple', written)
    || array_to_tsvector(ARRAY['in ' || (extract(year FROM utc) * 12 + extract(month FROM utc))::integer]);
END $$;

-- For each word asked: the words of names that begin with it, sound nearly like it, or hold it, most alike first.
CREATE OR REPLACE FUNCTION crm_near_words(asked text[], at_most integer)
RETURNS TABLE (asked_word text, word text)
LANGUAGE plpgsql STABLE SET search_path = public, pg_temp AS $$
BEGIN
  PERFORM set_config('pg_trgm.similarity_threshold', '0.3', true);
  RETURN QUERY
  SELECT a.word, near.word::text
  FROM unnest(asked) AS a(word)
  CROSS JOIN LATERAL (
    SELECT n.word FROM crm_nameword n
    WHERE n.word % a.word OR (length(a.word) > 2 AND n.word LIKE '%' || a.word || '%')
    GROUP BY n.word ORDER BY similarity(n.word, a.word) DESC, n.word LIMIT at_most
  ) AS near;
END $$;
