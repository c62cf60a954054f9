"""How the lights and sounds that `feedback` names go on and off. Plain data, for the sink of a board with an LED.

LIGHTS: name to (colour, times, steps): milliseconds on, off, on, ...; all of them `times` times, then as it was before,
or for as long as nothing else is shown where `times` is 0. SOUNDS: name to steps of (hertz, milliseconds), 0 Hz is
silence; all of them once, softly.
"""


def _blinks(count):
    """So many short blinks and a pause, which can be counted from across a room."""
    return (200, 300) * (count - 1) + (200, 1500)


LIGHTS = {
    "green": ("green", 0, (1000, 0)),
    "green_flash": ("green", 2, (150, 100)),
    "green_wave": ("green", 6, (300, 200)),
    "amber_flash": ("amber", 3, (150, 100)),
    "red_flash": ("red", 3, (150, 100)),
    "identify": ("blue", 20, (250, 250)),
    "green_2": ("green", 0, _blinks(2)),
}
for _colour, _most in (("red", 7), ("amber", 7), ("blue", 4)):
    for _count in range(1, _most + 1):
        LIGHTS["%s_%d" % (_colour, _count)] = (_colour, 0, _blinks(_count))

SOUNDS = {
    "heard": ((1760, 60),),
    "taken": ((1320, 80), (1760, 120)),
    "turn": ((1047, 120), (1319, 120), (1568, 240)),
    "refused": ((440, 250),),
    "error": ((330, 200), (0, 100), (330, 400)),
}
