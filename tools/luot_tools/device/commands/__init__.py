"""The commands of `luot device` that speak to boards, one file each. Hold no rule about boards themselves."""
