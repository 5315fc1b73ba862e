package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"gongyuan/engine/evidence"
	"gongyuan/engine/mongostore"
	"gongyuan/engine/people"
	"gongyuan/engine/rekey"
)

type keysCommand struct {
	New    keysNewCommand    `cmd:"" help:"Put a new secret at the head of the secrets file. It seals from the next start on."`
	Rotate keysRotateCommand `cmd:"" help:"Seal everything again that older secrets sealed. Can be broken off and run again."`
	Status keysStatusCommand `cmd:"" help:"Say what is sealed under which secret."`
}

// errLookup is what a start says where people would not be found any more.
var errLookup = errors.New("密钥列表最后一个（最早的）密钥与数据不符：不可删除它或改变顺序 (the last of the secrets, the oldest, is not the one that this data was made with: it must stay, and stay last)")

// knowPeople makes sure that the look-up key is the one of the data: under
// another nobody would be found, and everybody would be entered a second time.
func (e *engine) knowPeople(ctx context.Context, store *mongostore.Store) error {
	return sameLookup(ctx, store, e.sealer)
}

// rightSecrets is knowPeople for a command that works on the data alone.
func rightSecrets(ctx context.Context, store *mongostore.Store, secrets []people.Secret) error {
	sealer, err := people.NewSealer(secrets)
	if err != nil {
		return err
	}
	return sameLookup(ctx, store, sealer)
}

func sameLookup(ctx context.Context, store *mongostore.Store, sealer *people.Sealer) error {
	check := sealer.Hash("gongyuan lookup check v1")
	kept, err := store.KeepOnce(ctx, "lookup", check)
	if err == nil && kept != check {
		err = errLookup
	}
	return err
}

// shelves lists everything that is sealed at rest.
func (e *engine) shelves(secrets []people.Secret) ([]rekey.Shelf, error) {
	store := mongostore.New(e.stores.db)
	var out []rekey.Shelf
	for _, t := range store.SealedTexts() {
		out = append(out, rekey.Of(t, e.sealer))
	}
	vault, err := evidence.NewVault(secrets)
	if err != nil {
		return nil, err
	}
	for _, t := range store.SealedContents() {
		out = append(out, rekey.Of(t, vaultOfTexts{vault}))
	}
	papers := store.Evidence()
	return append(out, &evidence.Shelf{Files: papers, Contents: papers, Holdings: papers, Vault: vault}), nil
}

// vaultOfTexts is a vault as what seals texts.
type vaultOfTexts struct{ *evidence.Vault }

// Seal implements rekey.Sealer.
func (v vaultOfTexts) Seal(text, about string) []byte { return v.Vault.Seal([]byte(text), about) }

// Open implements rekey.Sealer.
func (v vaultOfTexts) Open(sealed []byte, about string) (string, error) {
	content, err := v.Vault.Open(sealed, about)
	if errors.Is(err, evidence.ErrSealed) {
		err = fmt.Errorf("%w: %w", rekey.ErrSealed, err)
	}
	return string(content), err
}

type keysNewCommand struct {
	Stores storeSettings `embed:""`
}

// Run writes the file, or says what to do where there is none.
func (c *keysNewCommand) Run() error { return c.run(os.Stdout) }

func (c *keysNewCommand) run(out io.Writer) error {
	secrets, err := c.Stores.secrets()
	if err != nil {
		return err
	}
	fresh := people.Secret{ID: nextID(secrets), Key: make([]byte, 32)}
	rand.Read(fresh.Key) // never fails, by its documentation
	all := append([]people.Secret{fresh}, secrets...)
	if c.Stores.Secrets != "" {
		_, err = fmt.Fprintf(out, "GONGYUAN_SECRETS 由您管理：把下面一段加在最前面，重启所有副本，再运行 keys rotate\nGONGYUAN_SECRETS is yours: put this before the rest of it, restart all copies, then run 'keys rotate'\n%s,\n",
			strings.TrimSpace(people.FormatSecrets([]people.Secret{fresh})))
		return err
	}
	if err := writeSecrets(filepath.Join(c.Stores.Data, "secrets"), []byte(people.FormatSecrets(all))); err != nil {
		return err
	}
	_, err = fmt.Fprintf(out, "已加入新密钥 %s；旧密钥仍须保留。重启程序后运行 keys rotate，并重新备份 secrets 文件\nsecret %s was added; the older ones stay. Restart the program, run 'keys rotate', and keep a new copy of the secrets file\n", fresh.ID, fresh.ID)
	return err
}

// nextID is one more than the highest number among the ids.
func nextID(secrets []people.Secret) string {
	highest := 0
	for _, s := range secrets {
		if n, err := strconv.Atoi(s.ID); err == nil {
			highest = max(highest, n)
		}
	}
	return strconv.Itoa(highest + 1)
}

// sealedIn opens what is sealed in the stores, for a command, with the name of
// the newest secret. Without an error the engine is the caller's to close.
func sealedIn(ctx context.Context, stores *storeSettings) (*engine, []rekey.Shelf, string, error) {
	secrets, err := stores.secrets()
	if err != nil {
		return nil, nil, "", err
	}
	e, err := quietEngine(ctx, stores)
	if err != nil {
		return nil, nil, "", err
	}
	shelves, err := e.shelves(secrets)
	if err != nil {
		return nil, nil, "", errors.Join(err, e.close(context.WithoutCancel(ctx)))
	}
	return e, shelves, secrets[0].ID, nil
}

type keysRotateCommand struct {
	Stores storeSettings `embed:""`
}

// Run seals again and shows how far it is. It exits with 1 where something
// could not be opened.
func (c *keysRotateCommand) Run(ctx context.Context) error { return c.run(ctx, os.Stdout) }

func (c *keysRotateCommand) run(ctx context.Context, out io.Writer) error {
	e, shelves, newest, err := sealedIn(ctx, &c.Stores)
	if err != nil {
		return err
	}
	defer e.close(context.WithoutCancel(ctx))
	reports, err := rekey.Rotate(ctx, shelves, newest, e.trail, func(r rekey.Report) {
		fmt.Fprintf(out, "%s: %d, 重新封存 sealed again %d\n", r.Shelf, r.Total, r.Resealed)
	})
	if errors.Is(err, context.Canceled) {
		return errors.New("已中断；再运行一次即可继续 (broken off; run it again to go on)")
	}
	if err != nil {
		return err
	}
	return errors.Join(writeReports(out, reports), unfinished(reports, newest))
}

func unfinished(reports []rekey.Report, newest string) error {
	var all []error
	for _, r := range reports {
		if len(r.Unreadable) > 0 {
			all = append(all, fmt.Errorf("%s: %d 项无法用现有密钥打开 (cannot be opened with the secrets at hand): %s", r.Shelf, r.Closed, strings.Join(r.Unreadable, ", ")))
		} else if !r.Done(newest) {
			all = append(all, fmt.Errorf("%s: 运行期间又有改动，请再运行一次 (changed meanwhile; run it again)", r.Shelf))
		}
	}
	return errors.Join(all...)
}

func writeReports(out io.Writer, reports []rekey.Report) error {
	for _, r := range reports {
		var by []string
		for _, id := range slices.Sorted(maps.Keys(r.Keys)) {
			name := id
			if id == "" {
				name = "未记 unknown"
			}
			by = append(by, fmt.Sprintf("密钥 secret %s: %d", name, r.Keys[id]))
		}
		if _, err := fmt.Fprintf(out, "%s\t%d\t%s\n", r.Shelf, r.Total, strings.Join(by, ", ")); err != nil {
			return err
		}
	}
	return nil
}

type keysStatusCommand struct {
	Stores storeSettings `embed:""`
}

// Run prints a line per kind.
func (c *keysStatusCommand) Run(ctx context.Context) error { return c.run(ctx, os.Stdout) }

func (c *keysStatusCommand) run(ctx context.Context, out io.Writer) error {
	e, shelves, _, err := sealedIn(ctx, &c.Stores)
	if err != nil {
		return err
	}
	defer e.close(context.WithoutCancel(ctx))
	reports, err := rekey.Status(ctx, shelves)
	return errors.Join(writeReports(out, reports), err)
}
