"""One file for each board; `here` takes the one that fits `sys.platform`. Never holds logic of the reader.

A board file has one class:

    Board(argv)         argv as the interpreter was given it; a SystemExit says what is wrong with it
      flash             the Flash with the settings
      mount()           the Flash that keeps the taps
      ticks_ms()        its counter of milliseconds, as time.ticks_ms
      signal_dbm()      of its radio, as last received; None without one
      battery_mv()      of its battery, as last measured; None without one
      holds_button()    True while its first button is down: at the start it asks for the self-test
      attach(settings)  sets up the hardware, after mount(); returns (CardReader, Buttons, Sink, coroutines to run
                        beside the app)

Buttons has one method, `take()`: the number of the button pressed for the tap at hand, 0 for none, and forgets it.
"""
