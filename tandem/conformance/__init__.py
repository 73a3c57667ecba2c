"""I/O. The command `tandem conformance`: whether a server keeps to docs/cti.md. It knows that page, and nothing else
of ours."""

from tandem.conformance.command import conformance as conformance
