"""An issue before it goes out: checked, shown in the browser, and written as the very bytes a reader would get."""
