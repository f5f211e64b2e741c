"""Directory: administrative units with their history, agencies, posts, persons, businesses, calendars and number series."""
