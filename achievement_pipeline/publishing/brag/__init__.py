"""The brag document: one account of a period, written by a template as Markdown or as a page that prints well."""

from achievement_pipeline.publishing.brag.templates import write_brag_document, write_brag_page

__all__ = ["write_brag_document", "write_brag_page"]
