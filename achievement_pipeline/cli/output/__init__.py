"""What commands print: tables, texts, JSON, errors."""
