"""From facts and state to messages: builds what is said, says nothing itself and changes nothing."""
