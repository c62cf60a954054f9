"""What can be said of the past: is it whole, was it fair, why was who called. Reads facts; changes nothing."""
