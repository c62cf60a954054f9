"""What a refusal means, in words for people at a command line; the console has its own, with its keys in them."""

from luot_controller.language import N_, _

REFUSALS = {
    "already_blocked": N_("the card is blocked"),
    "already_called": N_("the visit is called to a desk"),
    "already_closed": N_("the desk is closed"),
    "already_open": N_("the desk is open"),
    "already_paused": N_("the desk is paused"),
    "already_serving": N_("service has begun"),
    "already_waiting": N_("the visit is in line"),
    "at_other_desk": N_("the visit is called to another desk"),
    "being_served": N_("the visit is at a desk: finish or hold it there"),
    "card_blocked": N_("the card is blocked: unblock it, or take another"),
    "card_in_use": N_("the card has a visit that is not over"),
    "day_closed": N_("the day is closed"),
    "day_open": N_("the day is open"),
    "desk_busy": N_("somebody is called to the desk or served there"),
    "desk_closed": N_("the desk is closed: open it first"),
    "desk_free": N_("nobody is at the desk"),
    "desk_not_serving": N_("the named desk does not serve this service"),
    "desk_paused": N_("the desk is paused: open it first"),
    "expired": N_("the command came after it had lapsed"),
    "finish_first": N_("the site asks for Finish before the next is called"),
    "forbidden": N_("this sender may not say this"),
    "is_held": N_("the visit is held: resume it"),
    "no_card": N_("the visit has a number without a card"),
    "no_number_left": N_("all numbers for visits without a card are in use, or the site has none"),
    "no_site_file": N_("this office has no site file that can change"),
    "no_visit": N_("the number has no visit"),
    "nobody_waiting": N_("nobody waits for this desk"),
    "not_blocked": N_("the card is not blocked"),
    "not_held": N_("no held visit has this number"),
    "not_yours": N_("another system, or a tap, opened this visit"),
    "nothing_to_undo": N_("the desk has no command that can be taken back"),
    "people_left": N_("the site keeps the day open while such visits are there"),
    "reader_unheard": N_("nothing was heard of this reader since the office opened"),
    "reason_missing": N_("this needs a reason, which stays on record"),
    "recall_first": N_("the site asks for more recalls before a no-show"),
    "reserved_number": N_("this number is for visits without a card"),
    "same_card": N_("a card cannot replace itself"),
    "same_service": N_("the visit is in this service already"),
    "site_file_invalid": N_("the site file cannot be used; `detail` says why, and the old one stays in force"),
    "stale": N_("the desk has changed since the sender looked"),
    "still_called": N_("whether the one who is called came must be said first: Start or NoShow"),
    "target_closed": N_("the named desk is closed"),
    "too_late_to_undo": N_("something has come of it since"),
    "too_many_services": N_("a visit has at most eight services to come"),
    "too_soon": N_("the site asks for a longer pause after the last call"),
    "unknown_card": N_("no card of the site has this number"),
    "unknown_class": N_("the site has no such class"),
    "unknown_desk": N_("the site has no such desk"),
    "unknown_reader": N_("the site has no such reader"),
    "unknown_service": N_("the site has no such service"),
    "visit_over": N_("the visit is over"),
}
"""Each code by which a command can be refused, and what it means; a test knows them all."""


def meaning(code: str) -> str:
    """The sentence for a code; an unknown one, from a newer office, as it came."""
    return _(REFUSALS[code]) if code in REFUSALS else code
