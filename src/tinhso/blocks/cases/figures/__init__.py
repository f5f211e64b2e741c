"""Figures of cases: what Decision 766/QĐ-TTg counts, per agency, field, procedure and period, and the cases behind each number.

Everything is counted from one narrow row a case (`models/facts.py`), by one query a page. A measure is a condition, and the
same condition counts and lists; so a number and the cases behind it cannot differ.
"""
