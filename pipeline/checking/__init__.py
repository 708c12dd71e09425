"""Looking for mistakes before readers do: rules with ids, each with a line, a column and a page in `docs/rules/`."""
