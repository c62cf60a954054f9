"""Drivers of card chips, each of them a CardReader; they are given their bus and never make one.

A CardReader has:

    async poll()    the UID lying in the field (bytes of 4, 7 or 10), or None when there is none to read.
                    Returns within 100 ms, yields to other tasks before it returns, and sets the pace of scanning.
                    An OSError says that the chip does not answer; its `code`, if it has one, is a word of
                    luot_protocol.faults.
    cards           how many were read in the last look at the field; each is given by one poll.
    refusal         why a card that was there then is not among them: "card.random_uid", "card.unreadable" or None.
    starts          how often the chip was set up so far; more than once means that it was disturbed.
"""
