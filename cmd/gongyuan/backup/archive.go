package backup

import (
	"archive/zip"
	"bytes"
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"time"

	"gongyuan/engine/people"
)

// Errors of a backup that cannot be used.
var (
	// ErrNotBackup tells that the file is something else, or of a version that
	// is not known here.
	ErrNotBackup = errors.New("不是本程序的备份文件 (not a backup that this version can read)")
	// ErrDamaged tells that the file is not what was written.
	ErrDamaged = errors.New("备份文件已损坏或被改动 (the backup is damaged or was changed)")
	// ErrSecrets tells that the secrets at hand are not those of the backup.
	ErrSecrets = errors.New("密钥与备份不符 (these are not the secrets of this backup)")
)

// The files of a backup.
const (
	Data     = "gongyuan.db"
	Secrets  = "secrets"
	manifest = "manifest.json"
)

const (
	format       = "gongyuan-backup-1"
	mostManifest = 1 << 20
)

// Manifest says what a backup holds.
type Manifest struct {
	Format   string    `json:"format"`
	Made     time.Time `json:"made"`
	Program  string    `json:"program"`  // version that made it
	Database string    `json:"database"` // name of the database within the data
	Files    []File    `json:"files"`
	Keys     []Key     `json:"keys"` // the secrets that open what is sealed inside, the newest first
	Audit    Head      `json:"audit"`
	Broken   string    `json:"broken,omitempty"` // what was wrong with the record of acts already, "" for nothing
	Seal     string    `json:"seal"`             // HMAC-SHA-256 under the newest secret, hex; of the manifest with Seal empty
}

// File is one file of a backup.
type File struct {
	Name   string `json:"name"`
	Size   int64  `json:"size"`
	SHA256 string `json:"sha256"`
}

// Key names a secret without telling it.
type Key struct {
	ID    string `json:"id"`
	Check string `json:"check"` // hex; derived from the secret, of no other use
}

// Head is the newest entry of the record of acts.
type Head struct {
	Index int64  `json:"index"`
	Seal  string `json:"seal"` // hex
}

func derived(s people.Secret, purpose string) ([]byte, error) {
	key, err := hkdf.Key(sha256.New, s.Key, nil, "gongyuan backup "+purpose+" v1", sha256.Size)
	if err != nil {
		return nil, fmt.Errorf("backup: derive key: %w", err)
	}
	return key, nil
}

func keysOf(secrets []people.Secret) ([]Key, error) {
	out := make([]Key, len(secrets))
	for i, s := range secrets {
		check, err := derived(s, "check")
		if err != nil {
			return nil, err
		}
		out[i] = Key{s.ID, hex.EncodeToString(check[:8])}
	}
	return out, nil
}

func (m Manifest) seal(secret people.Secret) (string, error) {
	key, err := derived(secret, "seal")
	if err != nil {
		return "", err
	}
	m.Seal = ""
	raw, err := json.Marshal(m)
	if err != nil {
		return "", fmt.Errorf("backup: encode: %w", err)
	}
	mac := hmac.New(sha256.New, key)
	mac.Write(raw)
	return hex.EncodeToString(mac.Sum(nil)), nil
}

// Write puts the named files of the folder into a backup and reads it back.
// The manifest's format, files, keys and seal are filled in here. The file
// appears under its name when all of it is on the disk and was found right; a
// file of that name is never replaced.
func Write(to, folder string, names []string, m Manifest, secrets []people.Secret) (err error) {
	part := to + ".part"
	out, err := os.OpenFile(part, os.O_RDWR|os.O_CREATE|os.O_TRUNC, 0o600) // #nosec G304 -- a file that the operator names
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			_ = out.Close() // what is wrong is in err already
			_ = os.Remove(part)
		}
	}()
	packed := zip.NewWriter(out)
	m.Format = format
	for _, name := range names {
		f, err := pack(packed, folder, name)
		if err != nil {
			return err
		}
		m.Files = append(m.Files, f)
	}
	if m.Keys, err = keysOf(secrets); err != nil {
		return err
	}
	if m.Seal, err = m.seal(secrets[0]); err != nil {
		return err
	}
	raw, err := json.MarshalIndent(m, "", "  ")
	if err != nil {
		return fmt.Errorf("backup: encode: %w", err)
	}
	w, err := packed.Create(manifest)
	if err == nil {
		_, err = w.Write(raw)
	}
	if err = errors.Join(err, packed.Close(), out.Sync()); err != nil {
		return err
	}
	if _, err := Check(part, secrets); err != nil {
		return fmt.Errorf("reading it back: %w", err)
	}
	if err := out.Close(); err != nil {
		return err
	}
	if _, err := os.Lstat(to); err == nil {
		return fmt.Errorf("%s: %w", to, fs.ErrExist)
	}
	return os.Rename(part, to)
}

func pack(packed *zip.Writer, folder, name string) (File, error) {
	in, err := os.Open(filepath.Join(folder, name)) // #nosec G304 -- a file that the operator names
	if err != nil {
		return File{}, err
	}
	defer in.Close()
	w, err := packed.Create(name)
	if err != nil {
		return File{}, err
	}
	sum := sha256.New()
	n, err := io.Copy(io.MultiWriter(w, sum), in)
	return File{name, n, hex.EncodeToString(sum.Sum(nil))}, err
}

// Check reads a whole backup and compares it with its manifest, and that with
// the secrets. Without secrets it takes those of the backup itself; with
// neither it returns ErrSecrets.
func Check(path string, secrets []people.Secret) (Manifest, error) {
	return read(path, secrets, func(string) (io.WriteCloser, error) { return discard{}, nil })
}

type discard struct{}

func (discard) Write(b []byte) (int, error) { return len(b), nil }
func (discard) Close() error                { return nil }

// Extract writes the files of a backup into an empty folder. It returns an
// error, with the folder to be thrown away, where anything does not fit.
func Extract(path, folder string, secrets []people.Secret) (Manifest, error) {
	return read(path, secrets, func(name string) (io.WriteCloser, error) {
		return os.OpenFile(filepath.Join(folder, name), os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600) // #nosec G304 -- one of the names that a backup may hold
	})
}

func read(path string, secrets []people.Secret, create func(name string) (io.WriteCloser, error)) (Manifest, error) {
	packed, err := zip.OpenReader(path)
	switch {
	case errors.Is(err, zip.ErrFormat), errors.Is(err, io.ErrUnexpectedEOF):
		return Manifest{}, fmt.Errorf("%s: %w", path, ErrNotBackup)
	case err != nil:
		return Manifest{}, err
	}
	defer packed.Close()
	m, err := readManifest(&packed.Reader)
	if err != nil {
		return Manifest{}, fmt.Errorf("%s: %w", path, err)
	}
	if err := m.known(&packed.Reader, secrets); err != nil {
		return Manifest{}, fmt.Errorf("%s: %w", path, err)
	}
	for _, f := range m.Files {
		if err := f.copy(&packed.Reader, create); err != nil {
			return Manifest{}, fmt.Errorf("%s: %s: %w", path, f.Name, err)
		}
	}
	return m, nil
}

func readManifest(packed *zip.Reader) (Manifest, error) {
	in, err := packed.Open(manifest)
	if err != nil {
		return Manifest{}, ErrNotBackup
	}
	defer in.Close()
	raw, err := io.ReadAll(io.LimitReader(in, mostManifest))
	if err != nil {
		return Manifest{}, fmt.Errorf("%w: %w", ErrDamaged, err)
	}
	var m Manifest
	if err := json.Unmarshal(raw, &m); err != nil || m.Format != format || len(m.Keys) == 0 {
		return Manifest{}, ErrNotBackup
	}
	if again, err := json.MarshalIndent(m, "", "  "); err != nil || !bytes.Equal(again, raw) {
		return Manifest{}, ErrDamaged
	}
	var names []string
	for _, f := range m.Files {
		names = append(names, f.Name)
	}
	if !slices.Equal(names, []string{Data}) && !slices.Equal(names, []string{Data, Secrets}) || len(packed.File) != len(names)+1 {
		return Manifest{}, ErrDamaged
	}
	return m, nil
}

// known holds the manifest against the secrets.
func (m *Manifest) known(packed *zip.Reader, secrets []people.Secret) error {
	if len(secrets) == 0 {
		var err error
		if secrets, err = m.own(packed); err != nil {
			return err
		}
	}
	keys, err := keysOf(secrets)
	if err != nil {
		return err
	}
	// Newer secrets than the backup's are no fault: they came after it.
	if first := slices.Index(keys, m.Keys[0]); first < 0 {
		return ErrSecrets
	} else if want, err := m.seal(secrets[first]); err != nil {
		return err
	} else if !hmac.Equal([]byte(want), []byte(m.Seal)) {
		return ErrDamaged
	}
	for _, k := range m.Keys {
		if !slices.Contains(keys, k) {
			return fmt.Errorf("%w: %q", ErrSecrets, k.ID)
		}
	}
	return nil
}

// own returns the secrets that the backup brings along.
func (m *Manifest) own(packed *zip.Reader) ([]people.Secret, error) {
	in, err := packed.Open(Secrets)
	if err != nil {
		return nil, fmt.Errorf("%w: 备份中没有密钥，请用 --secrets 给出 (it holds none; name their file with --secrets)", ErrSecrets)
	}
	defer in.Close()
	raw, err := io.ReadAll(io.LimitReader(in, mostManifest))
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrDamaged, err)
	}
	secrets, err := people.ParseSecrets(string(raw))
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrDamaged, err)
	}
	return secrets, nil
}

// copy reads the file and compares it with what the manifest says.
func (f *File) copy(packed *zip.Reader, create func(name string) (io.WriteCloser, error)) error {
	in, err := packed.Open(f.Name)
	if err != nil {
		return ErrDamaged
	}
	defer in.Close()
	out, err := create(f.Name)
	if err != nil {
		return err
	}
	sum := sha256.New()
	// One byte more than there should be is enough to tell.
	n, err := io.Copy(io.MultiWriter(out, sum), io.LimitReader(in, f.Size+1))
	if file, ok := out.(*os.File); ok && err == nil {
		err = file.Sync()
	}
	if closed := out.Close(); closed != nil {
		return errors.Join(err, closed)
	}
	switch {
	case errors.Is(err, zip.ErrChecksum), errors.Is(err, zip.ErrFormat), errors.Is(err, io.ErrUnexpectedEOF), n != f.Size:
		return ErrDamaged
	case err != nil:
		return fmt.Errorf("%w: %w", ErrDamaged, err)
	case hex.EncodeToString(sum.Sum(nil)) != f.SHA256:
		return ErrDamaged
	}
	return nil
}
