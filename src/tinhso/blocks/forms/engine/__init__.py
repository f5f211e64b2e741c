"""The pure part of the forms block: schema → fields, posted data → answers, answers → errors, summary."""
