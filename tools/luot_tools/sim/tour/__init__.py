"""`luot sim --tour`: a story in five steps, played by real parts, in which each claim is checked as it is made."""
