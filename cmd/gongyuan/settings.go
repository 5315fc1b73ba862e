package main

import (
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"gongyuan/cmd/gongyuan/backup"
	"gongyuan/engine/diploma"
	"gongyuan/engine/people"
	"gongyuan/engine/print"
	"gongyuan/engine/standard"
)

// storeSettings say where things are kept.
type storeSettings struct {
	MongodbURL string       `name:"mongodb-url" env:"GONGYUAN_MONGODB_URL" placeholder:"URL" help:"MongoDB to keep everything in; empty means the embedded database."`
	Database   string       `env:"GONGYUAN_DATABASE" default:"gongyuan" help:"Name of the database in MongoDB."`
	RedisURL   string       `name:"redis-url" env:"GONGYUAN_REDIS_URL" placeholder:"URL" help:"Redis for the live exams; of a cluster one node, with the others as redis://HOST1:6379?addr=HOST2:6379&addr=HOST3:6379; empty means the embedded one."`
	Prefix     string       `name:"redis-prefix" env:"GONGYUAN_REDIS_PREFIX" default:"gy:" help:"What all keys in Redis begin with."`
	Data       string       `env:"GONGYUAN_DATA" default:"data" type:"path" help:"Folder of the embedded database and of the secrets file."`
	Body       bodySettings `embed:""`
	Standard   string       `env:"GONGYUAN_STANDARD" placeholder:"FILE" type:"path" help:"The certification standard as JSON; empty means the sample (示例) of the occupation 保卫管理员."`
	NoticeDays int          `env:"GONGYUAN_NOTICE_DAYS" default:"-1" help:"Working days for which results are on public notice before certificates; -1 means as the standard says."`

	Retention string `env:"GONGYUAN_RETENTION" placeholder:"FILE" type:"path" help:"For how long things are kept, as JSON (see engine/retention/rules.json); empty means the defaults."`

	SecondFactor string `env:"GONGYUAN_SECOND_FACTOR" enum:"demanded,offered," default:"" help:"Whether those who can change results, keys or certificates need a second factor to sign in: demanded or offered; empty means demanded when serving, offered in the demo."`
	StaffAddress string `env:"GONGYUAN_STAFF_ADDRESS" default:"" placeholder:"URL" help:"Address at which staff reach the program, https with a host name: passkeys are bound to it; empty means the public address."`

	Opening string `env:"GONGYUAN_OPENING" enum:"reasoned,free," default:"" help:"Whether opening a sitting that is not ready needs a reason: reasoned or free; empty means reasoned when serving, free in the demo."`

	Sealing string `env:"GONGYUAN_SEALING" enum:"two,free," default:"" help:"Whether certificates come only of papers that two persons sealed: two or free; empty means two when serving, free in the demo."`

	Apart time.Duration `env:"GONGYUAN_APART" default:"-1s" placeholder:"TIME" help:"For how long an account is not another person than who made it, took its second factor off or gave it a password without one, such as 24h; 0 for not at all; negative means 24h when serving, not at all in the demo."`

	Secrets string `env:"GONGYUAN_SECRETS" placeholder:"ID:BASE64,…" help:"Master secrets of 32 bytes, the newest first; empty means the file 'secrets' in the data folder, made at the first start. All copies of the program must share them."`
}

// bodySettings say who certifies. The defaults are sample data.
type bodySettings struct {
	BodyName     string `env:"GONGYUAN_BODY_NAME" default:"示例职业技能评价中心" help:"The certifying body's name as filed, printed on certificates."`
	BodyKind     string `env:"GONGYUAN_BODY_KIND" enum:"S,Y" default:"S" help:"Kind of body in certificate numbers: S social evaluation body, Y employer."`
	BodyCode     string `env:"GONGYUAN_BODY_CODE" default:"0000" help:"Four digits of the body in certificate numbers; 0000 where it is filed with its province."`
	BodyProvince string `env:"GONGYUAN_BODY_PROVINCE" default:"61" help:"Two digits of the site's province (GB/T 2260)."`
	BodySite     string `env:"GONGYUAN_BODY_SITE" default:"000000" help:"Six digits of the site, assigned by the province."`
	Address      string `name:"public-address" env:"GONGYUAN_PUBLIC_ADDRESS" default:"http://127.0.0.1:8080" placeholder:"URL" help:"Address at which the public reaches the program; the QR codes of certificates lead there."`
	Template     string `name:"certificate-template" env:"GONGYUAN_CERTIFICATE_TEMPLATE" default:"" placeholder:"FILE" help:"The body's own certificate as JSON (texts, fields, places); empty means the template that comes with the program."`
	Logo         string `name:"certificate-logo" env:"GONGYUAN_CERTIFICATE_LOGO" default:"" placeholder:"FILE" help:"Picture above the title of certificates, JPEG or PNG; empty means none."`
	Seal         string `name:"certificate-seal" env:"GONGYUAN_CERTIFICATE_SEAL" default:"" placeholder:"FILE" help:"Picture of the body's seal on certificates, JPEG or PNG; empty leaves its place."`
	Years        int    `name:"certificate-years" env:"GONGYUAN_CERTIFICATE_YEARS" default:"0" help:"For how many years a certificate counts; 0 means always."`
	Restart      string `name:"serial-restart" env:"GONGYUAN_SERIAL_RESTART" enum:"level-year,year" default:"level-year" help:"When certificate serials begin again: ${enum}."`
}

// diplomas reads how certificates are printed.
func (b *bodySettings) diplomas(source *print.Source) (*diploma.Printer, error) {
	p := &diploma.Printer{Source: source, Form: diploma.Form{Template: diploma.Default()}}
	if b.Template != "" {
		raw, err := os.ReadFile(b.Template)
		if err == nil {
			p.Template, err = diploma.ParseTemplate(raw)
		}
		if err != nil {
			return nil, fmt.Errorf("certificate template %s: %w", b.Template, err)
		}
	}
	for _, picture := range []struct {
		name string
		into *[]byte
	}{{b.Logo, &p.Logo}, {b.Seal, &p.Seal}} {
		if picture.name == "" {
			continue
		}
		raw, err := os.ReadFile(picture.name)
		if err == nil {
			_, err = print.ParseImage(raw)
		}
		if err != nil {
			return nil, fmt.Errorf("picture %s: %w", picture.name, err)
		}
		*picture.into = raw
	}
	return p, nil
}

// standard reads the standard that the settings name.
func (s *storeSettings) standard() (standard.Standard, error) {
	out, err := standard.Sample()
	if s.Standard != "" {
		var raw []byte
		if raw, err = os.ReadFile(s.Standard); err == nil {
			out, err = standard.Parse(raw)
		}
	}
	if err != nil {
		return out, fmt.Errorf("GONGYUAN_STANDARD: %w", err)
	}
	for i := range out.Schemes {
		if s.NoticeDays >= 0 {
			out.Schemes[i].Rules.NoticeDays = s.NoticeDays
		}
	}
	return out, nil
}

// errSecretsGone says that there is data and nothing to read it with.
var errSecretsGone = errors.New("有数据而没有 secrets 文件，也没有设置 GONGYUAN_SECRETS：请放回密钥 (there is data, and neither a secrets file nor GONGYUAN_SECRETS: put the secrets back)")

// secrets returns the master secrets, making the file where nothing was kept
// under others yet.
func (s *storeSettings) secrets() ([]people.Secret, error) {
	if s.Secrets != "" {
		return people.ParseSecrets(s.Secrets)
	}
	path := filepath.Join(s.Data, "secrets")
	text, err := os.ReadFile(path) // #nosec G304 -- a file that the operator names
	if errors.Is(err, fs.ErrNotExist) {
		// Data that was sealed under other secrets is of no use with new ones.
		if _, data := os.Stat(filepath.Join(s.Data, backup.Data)); data == nil && s.MongodbURL == "" {
			return nil, errSecretsGone
		}
		text, err = newSecretsFile(path)
	}
	if err != nil {
		return nil, fmt.Errorf("secrets: %w", err)
	}
	return people.ParseSecrets(string(text))
}

// newSecretsFile writes a first secret.
func newSecretsFile(path string) ([]byte, error) {
	key := make([]byte, 32)
	rand.Read(key) // never fails, by its documentation
	text := []byte(people.FormatSecrets([]people.Secret{{ID: "1", Key: key}}))
	return text, writeSecrets(path, text)
}

// writeSecrets writes the file beside and renames it, so that a crash leaves no
// half of it.
func writeSecrets(path string, text []byte) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return err
	}
	f, err := os.OpenFile(path+".new", os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600) // #nosec G304 -- a file that the operator names
	if err != nil {
		return err
	}
	_, err = f.Write(text)
	if err = errors.Join(err, f.Sync(), f.Close()); err != nil {
		return err
	}
	return os.Rename(path+".new", path)
}
