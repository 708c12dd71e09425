-- Senders are woken in the very transaction that gives them work, whichever program makes it: a mailing begins or is
-- resumed, a letter is written. Deferred to its end, so that nobody waits for a long fan-out.
CREATE OR REPLACE FUNCTION avviso_wake() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    FOR slot IN 1..{slots} LOOP
        BEGIN
            PERFORM procrastinate_defer_jobs_v1(ARRAY[ROW(
                'send', 'send', 0, NULL, 'send-' || slot, jsonb_build_object('slot', slot), NULL
            )::procrastinate_job_to_defer_v1]);
        EXCEPTION WHEN unique_violation THEN
            NULL; -- it lies in the queue already
        END;
    END LOOP;
    RETURN NULL;
END
$$;

DO $$
BEGIN
    IF NOT EXISTS (SELECT FROM pg_trigger WHERE tgname = 'avviso_wake_mailing' AND tgrelid = 'mailing'::regclass) THEN
        CREATE CONSTRAINT TRIGGER avviso_wake_mailing AFTER UPDATE ON mailing DEFERRABLE INITIALLY DEFERRED
            FOR EACH ROW WHEN (NEW.state = 'sending' AND OLD.state <> 'sending') EXECUTE FUNCTION avviso_wake();
    END IF;
    IF NOT EXISTS (SELECT FROM pg_trigger WHERE tgname = 'avviso_wake_letter' AND tgrelid = 'letter'::regclass) THEN
        CREATE CONSTRAINT TRIGGER avviso_wake_letter AFTER INSERT ON letter DEFERRABLE INITIALLY DEFERRED
            FOR EACH ROW EXECUTE FUNCTION avviso_wake();
    END IF;
END
$$;
