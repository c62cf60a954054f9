"""What keeps an office from serving, or soon will, and what to do about it. Changes and starts nothing."""
