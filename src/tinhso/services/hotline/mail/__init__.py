"""E-mail to the desk: mailboxes, what a letter says, and which conversation it belongs to."""
