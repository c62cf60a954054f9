"""Drivers of card chips, each of them a CardReader; they are given their bus and never make one.

A CardReader has one method:

    async poll()    the UID lying in the field (bytes of 4, 7 or 10), or None when the field is empty.
                    Returns within 100 ms, yields to other tasks before it returns, and sets the pace of scanning.
                    An OSError says that the chip does not answer.
"""
