"""The pages of docs/ that are made of the code: what they say is what the office does. Used by no other part."""
