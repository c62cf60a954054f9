"""Models of the hardware around a reader, after its data sheets, for the PC and the tests. Never copied to a board.

They run on MicroPython and CPython and import nothing of the firmware. Those of chip, field and cards know time only as
`now()`: carrier cycles of 1/13.56 MHz since any moment, which never go back.

    chip = Mfrc522Model(Field(now), now)
    reader = Mfrc522(chip, chip.chip_select, chip.reset_pin)
    chip.field.put(Card(b"\\x04\\xa1\\xb2\\xc3"))
"""
