package people

import (
	"encoding/base64"
	"errors"
	"slices"
	"strings"
)

// Secret is one master secret of an installation with the id under which its
// products name it. All other keys are derived from it.
type Secret struct {
	ID  string // 1 to 16 characters
	Key []byte // 32 bytes
}

// ErrSecrets tells that a list of secrets cannot be read. It says nothing of
// what stands there.
var ErrSecrets = errors.New("secrets: want ID:BASE64 of 32 bytes each, separated by commas, each ID of 1–16 characters and once")

// ParseSecrets reads secrets, the newest first.
func ParseSecrets(text string) ([]Secret, error) {
	var out []Secret
	for part := range strings.SplitSeq(strings.TrimSpace(text), ",") {
		id, encoded, ok := strings.Cut(strings.TrimSpace(part), ":")
		key, err := base64.StdEncoding.DecodeString(encoded)
		if !ok || err != nil || len(key) != 32 || id == "" || len(id) > 16 || slices.ContainsFunc(out, func(s Secret) bool { return s.ID == id }) {
			return nil, ErrSecrets
		}
		out = append(out, Secret{ID: id, Key: key})
	}
	return out, nil
}

// FormatSecrets is what ParseSecrets reads, on a line.
func FormatSecrets(secrets []Secret) string {
	parts := make([]string, len(secrets))
	for i, s := range secrets {
		parts[i] = s.ID + ":" + base64.StdEncoding.EncodeToString(s.Key)
	}
	return strings.Join(parts, ",") + "\n"
}
