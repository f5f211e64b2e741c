"""Vietnamese text: folding for search, keys for matching, order of personal names. Pure.

Searching forgives everything a keyboard may leave out (accents, đ); identity forgives only what is one text written two ways
(Unicode form, placement of the tone mark, case, spaces). Never use the first where the second is meant: `Lê` is not `Lệ`.
"""

from tinhso.kernel.text.folding import compact, fold, matching_key
from tinhso.kernel.text.names import name_sort_key

__all__ = ["compact", "fold", "matching_key", "name_sort_key"]
