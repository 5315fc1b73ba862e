// Package symbol makes QR codes (ISO/IEC 18004) of texts, with the mask that
// the standard asks for. Bits and error correction are rsc.io/qr/coding; the
// choice of the mask is here, where it has to be fast: a certificate's symbol
// is tried with eight masks.
package symbol
