//! Proof of Compute: the seal of a block is one tile of an int8 matrix product.
