"""What we say: from a file in the editor's folder to an Issue, and the book of issues."""
