"""Citizens' reports for programs, as Open311 GeoReport v2 has it (docs/open311.md). A way in and out beside the screens: the
same queries and actions, and nothing that the public pages would not show."""
