"""What the screens of clerk and hall share: the office as it is heard, colours, digits, pictures. Knows neither."""
