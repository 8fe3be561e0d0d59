//! Templates and seals: block building, instant sealing, in-process CPU mining.
