package certificate

// typArchive is what the seal of an archived sitting is for.
const typArchive = "gongyuan-archive+jws"

// ArchiveSeal is what is signed of the file of an archived sitting.
type ArchiveSeal struct {
	Sitting string `json:"sitting"`
	Made    string `json:"made"`   // RFC 3339, UTC
	Size    int64  `json:"size"`   // bytes before the seal
	SHA256  string `json:"sha256"` // hex, of those bytes
}

// SealArchive signs the file of an archived sitting, as a compact JWS.
func (k *Keys) SealArchive(s ArchiveSeal) (string, error) { return k.sign(typArchive, s) }

// OpenArchiveSeal checks the seal of an archive against published keys. The
// error says why it does not count.
func OpenArchiveSeal(text string, keys JWKS) (ArchiveSeal, error) {
	var s ArchiveSeal
	return s, open(text, typArchive, keys, &s)
}

// KID returns the id of the key that signs.
func (k *Keys) KID() string { return k.kid }
