-- What colleagues noted, to be searched as what is written on the timeline is. An index stands on exactly this
-- expression, and no column: what erasure empties is gone.
CREATE OR REPLACE FUNCTION support_note_words(note text, written_at timestamptz) RETURNS tsvector
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE COST 10000 AS $$
BEGIN
  RETURN public.crm_entry_words(jsonb_build_object('text', note), written_at);
END $$;
