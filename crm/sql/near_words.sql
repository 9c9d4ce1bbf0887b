-- For each word asked: the words of names that sound nearly like it, or hold it, the fewest slips of the finger first.
-- Words of one or two letters are like too many others to be corrected.
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
    WHERE length(a.word) > 2
      AND ((n.word % a.word AND abs(length(n.word) - length(a.word)) <= 3) OR n.word LIKE '%' || a.word || '%')
    GROUP BY n.word
    ORDER BY levenshtein(left(n.word, 60), left(a.word, 60)), similarity(n.word, a.word) DESC, n.word
    LIMIT at_most
  ) AS near;
END $$;
