"""The mistakes: what is changed in the package, and which tests must notice."""

from __future__ import annotations

from dataclasses import dataclass

QUEUE = "pipeline/mailings/sender_queue.py"
RECORDER = "pipeline/mailings/recorder.py"
CLAIMING = "pipeline/mailings/ledger/claiming.py"
SETTLING = "pipeline/mailings/ledger/settling.py"
VERDICTS = "pipeline/providers/smtp_verdicts.py"
JOBS = "pipeline/engines/jobs.py"

STORM = "tests/fault/test_storm.py"
LAST = "tests/fault/test_last_words.py"
MOVES = "tests/conformance/test_ledger_moves.py"
CRASHES = "tests/conformance/test_ledger_crashes.py"
SEND = "tests/unit/mailings/test_send.py"
OUTCOMES = "tests/unit/mailings/test_send_verdicts.py"


@dataclass(frozen=True, slots=True)
class Mistake:
    """`edits` are (file, text, what stands there instead); `caught_by` are tests, any of which must fail."""

    name: str
    edits: tuple[tuple[str, str, str], ...]
    caught_by: tuple[str, ...]


MISTAKES = (
    Mistake(
        "marked only after the wire",
        ((QUEUE, "        self._dispatch.board.depart(claim)\n        return True", "        return True"),),
        (f"{LAST}::test_death_on_the_wire_leaves_one_in_doubt_and_all_that_was_answered_settled",)),
    Mistake(
        "acknowledged by batch",
        ((QUEUE, "        self._dispatch.board.land(outcome)\n", ""),),
        (f"{LAST}::test_death_on_the_wire_leaves_one_in_doubt_and_all_that_was_answered_settled",)),
    Mistake(
        "forgotten by the board before the commit was seen",
        ((RECORDER, "        self._ahead = self._thread",
          "        self._dispatch.board.clear(self._known)\n        self._ahead = self._thread"),),
        ("tests/fault/test_beside_the_wire.py",)),
    Mistake(
        "a new Message-ID at each attempt",
        ((CLAIMING, "Claim(id_, key, message_id,", 'Claim(id_, key, f"{attempts}{message_id}",'),),
        (f"{STORM}::test_kills_with_resend_lose_nobody_and_repeat_the_same_bytes",)),
    Mistake(
        "a cursor that moves back",
        ((SETTLING, "SETTLEABLE = (DeliveryState.SENDING, DeliveryState.IN_DOUBT)",
          "SETTLEABLE = (DeliveryState.SENDING, DeliveryState.IN_DOUBT, DeliveryState.SENT)"),),
        (f"{MOVES}::test_delivery_moves_along_an_arrow_or_not_at_all",)),
    Mistake(
        "no fence",
        ((CLAIMING, "attempts=delivery.c.attempts + 1, fence=delivery.c.fence + 1)",
          "attempts=delivery.c.attempts + 1)"),
         (CLAIMING, "until, fence=row[_FENCE] + 1)", "until, fence=row[_FENCE])")),
        (f"{MOVES}::test_outcome_of_an_old_holder_changes_nothing",
         f"{MOVES}::test_claim_names_holder_fence_and_lease")),
    Mistake(
        "greeting 554 blamed on the reader",
        ((VERDICTS, "    if phase in _OPENING:\n        return Refused",
          "    if phase in _OPENING:\n        return Rejected"),),
        ("tests/unit/providers/test_smtp_verdicts.py::test_no_code_before_rcpt_ever_blames_a_reader",)),
    Mistake(
        "a temporary refusal taken as final",
        ((VERDICTS, "        return Deferred if phase in", "        return Rejected if phase in"),),
        ("tests/unit/providers/test_smtp_verdicts.py::test_verdict_is_by_phase_and_status",)),
    Mistake(
        "a line lost behind the dot taken as nothing handed over",
        (("pipeline/providers/smtp_session.py", "        if self._is_whole(transaction):\n            return InDoubt",
          "        if False:\n            return InDoubt"),),
        ("tests/unit/providers/test_smtp_faults.py::test_line_lost_behind_the_dot_is_in_doubt",)),
    Mistake(
        "sent again after a death although nearly all were taken",
        (("pipeline/mailings/mailing.py", "        return idempotent or (repeats and doubt is not Doubt.PROCESS)",
          "        return True"),),
        ("tests/unit/engines/test_jobs.py::test_what_a_dead_process_had_on_the_wire_is_decided_by_the_owner",)),
    Mistake(
        "copy after copy to a reader whose answers are lost",
        (("pipeline/mailings/terms.py", "        return not self.idempotent and copies + 1 >= COPIES",
          "        return False"),),
        (f"{OUTCOMES}::test_reader_whose_answers_are_always_lost_gets_three_copies_and_then_waits_for_a_person",)),
    Mistake(
        "a repeat that forgets with whom its first copy may lie",
        ((SETTLING, 'values["provider"] = case((delivery.c.copies > 0, delivery.c.provider), else_="")',
          'values["provider"] = ""'),),
        (f"{OUTCOMES}::test_repeat_that_is_not_handed_over_stays_with_its_provider",)),
    Mistake(
        "counted apart from the rows",
        ((SETTLING, "                tally.move(fate.mailing_id, before, fate.state, moved)\n", ""),),
        ("tests/property/test_ledger.py::test_ledger_loses_nobody_and_mails_nobody_twice_whatever_dies",)),
    Mistake(
        "consent asked only when the audience is frozen",
        ((CLAIMING, "case((as_it_is, delivery.c.list), (person, _another_list()), else_=None)", "delivery.c.list"),),
        (f"{MOVES}::test_claim_skips_who_was_suppressed_or_erased_meanwhile",
         f"{SEND}::test_whoever_leaves_during_the_send_is_skipped")),
    Mistake(
        "a lease that nobody looks at",
        ((QUEUE, "        return self._dispatch.steady() + self._timeout > claim.lease_until",
          "        return False"),),
        ("tests/fault/test_lease.py",)),
    Mistake(
        "two senders of one ledger at once",
        ((JOBS, "    if lock is None:\n        raise Busy(", "    if False:\n        raise Busy("),),
        ("tests/unit/engines/test_jobs.py::test_publish_beside_a_publish_is_refused_and_touches_nothing",)),
    Mistake(
        "a flight board believed after a power cut",
        (("pipeline/mailings/presence.py", "        if worker.boot_id == self.worker.boot_id:", "        if True:"),),
        (f"{CRASHES}::test_death_of_the_machine_is_told_from_the_death_of_a_process",)),
    Mistake(
        "what was deferred forgotten when a mailing is cancelled",
        (("pipeline/mailings/ledger/mailings.py",
          "        for state in (DeliveryState.PENDING, DeliveryState.DEFERRED):",
          "        for state in (DeliveryState.PENDING,):"),),
        (f"{MOVES}::test_cancelling_takes_along_what_was_not_handed_over",)),
    Mistake(
        "yesterday's ledger taken for today's",
        (("pipeline/mailings/highwater.py", "if mark and mark.is_ahead_of(now)}",
          "if mark and now.is_ahead_of(mark)}"),),
        ("tests/unit/mailings/test_highwater.py::test_older_copy_is_refused_by_name_and_mails_nobody",)),
)
