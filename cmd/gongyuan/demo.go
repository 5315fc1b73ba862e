package main

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"github.com/google/uuid"

	"gongyuan/bank"
	"gongyuan/bank/exchange/xlsx"
	"gongyuan/bank/sample"
	"gongyuan/engine/editorial"
	"gongyuan/engine/people"
	"gongyuan/engine/sitting"
	"gongyuan/engine/standard"
)

type demoCommand struct {
	Stores   storeSettings  `embed:""`
	Server   serverSettings `embed:""`
	Accounts string         `env:"GONGYUAN_DEMO_ACCOUNTS" placeholder:"FILE" help:"Also write the demo accounts to this file, as JSON."`
}

// The demo's password is public: it serves on the loopback address only,
// unless somebody says otherwise.
const (
	demoPassword   = "gongyuan-demo"
	demoCandidates = 8 // per level
)

// demoAccount is a row of the table that the demo prints.
type demoAccount struct {
	Login    string      `json:"login"`
	Password string      `json:"password"`
	Role     people.Role `json:"role"`
	Name     string      `json:"name"`
}

type demoCandidate struct {
	Admission string `json:"admission"`
	IDNumber  string `json:"idNumber"`
	Level     int    `json:"level"`
	Name      string `json:"name"`
	Sitting   string `json:"sitting"`
}

// demoSheet is what a newcomer needs to know to sign in.
type demoSheet struct {
	URL        string          `json:"url"`
	Data       string          `json:"data"`
	Staff      []demoAccount   `json:"staff"`
	Candidates []demoCandidate `json:"candidates"`
}

// Run makes sure that the demo is there, then serves it.
func (c *demoCommand) Run(ctx context.Context) error {
	if c.Stores.NoticeDays < 0 {
		c.Stores.NoticeDays = 0 // nobody waits for days to see a demo's certificate
	}
	c.Stores.StaffAddress = cmp.Or(c.Stores.StaffAddress, "http://"+c.Server.Listen)
	return serve(ctx, &c.Stores, &c.Server, func(ctx context.Context, e *engine) error {
		sheet, err := e.demo(ctx)
		if err != nil {
			return fmt.Errorf("demo: %w", err)
		}
		sheet.URL, sheet.Data = "http://"+c.Server.Listen, c.Stores.Data
		if c.Accounts != "" {
			raw, err := json.MarshalIndent(sheet, "", "  ")
			if err != nil {
				return err
			}
			if err := os.WriteFile(c.Accounts, append(raw, '\n'), 0o600); err != nil {
				return err
			}
		}
		return sheet.print(os.Stdout)
	})
}

// demo makes what is missing of the demo. It may be repeated: what is there
// already stays as it is.
func (e *engine) demo(ctx context.Context) (demoSheet, error) {
	var sheet demoSheet
	if err := e.filings.Provide(ctx, e.handouts.Body); err != nil {
		return sheet, err
	}
	blueprints := map[standard.Level]bank.Blueprint{}
	for _, file := range sample.Levels() {
		bp, err := e.loadSample(ctx, file)
		if err != nil {
			return sheet, err
		}
		blueprints[standard.Level(file.Level)] = bp
	}
	var err error
	if sheet.Staff, err = e.demoStaff(ctx); err != nil {
		return sheet, err
	}
	for _, scheme := range e.standard.Schemes {
		candidates := demoPeople(int(scheme.Level))
		title, err := e.demoSitting(ctx, scheme, blueprints[scheme.Level], candidates)
		if err != nil {
			return sheet, fmt.Errorf("level %d: %w", scheme.Level, err)
		}
		for i := range candidates {
			candidates[i].Sitting = title
		}
		sheet.Candidates = append(sheet.Candidates, candidates...)
	}
	if err := e.demoWritten(ctx, sheet.Staff); err != nil {
		return sheet, fmt.Errorf("answers in words: %w", err)
	}
	return sheet, nil
}

// loadSample puts a sample workbook into the bank by the importer that users
// have.
func (e *engine) loadSample(ctx context.Context, file sample.Level) (bank.Blueprint, error) {
	in, err := file.Open()
	if err != nil {
		return bank.Blueprint{}, err
	}
	defer in.Close()
	imported, err := xlsx.Read(in, xlsx.Options{Bank: file.Bank})
	if err != nil {
		return bank.Blueprint{}, fmt.Errorf("%s: %w", file.Name, err)
	}
	request := editorial.ImportRequest{ID: uuid.NewString(), Title: file.Name, Import: imported, Status: bank.Published, WithOutline: true}
	if _, err := e.editorial.Import(ctx, "示例", request); err != nil {
		return bank.Blueprint{}, fmt.Errorf("%s: %w", file.Name, err)
	}
	if imported.Blueprint == nil {
		return bank.Blueprint{}, fmt.Errorf("%s: no blueprint inside", file.Name)
	}
	return *imported.Blueprint, nil
}

func (e *engine) demoStaff(ctx context.Context) ([]demoAccount, error) {
	staff := []demoAccount{
		{"admin", demoPassword, people.Administrator, "管理员甲"},
		{"admin2", demoPassword, people.Administrator, "管理员庚"}, // the second person
		{"editor", demoPassword, people.Editor, "命题员乙"},
		{"editor2", demoPassword, people.Editor, "审题员戊"},
		{"examiner", demoPassword, people.Examiner, "考评员丙"},
		{"examiner2", demoPassword, people.Examiner, "考评员戊"},
		{"examiner3", demoPassword, people.Examiner, "考评员己"},
		{"invigilator", demoPassword, people.Invigilator, "监考员丁"},
		{"reviewer", demoPassword, people.Reviewer, "审题员辛"},
		{"certificate", demoPassword, people.CertificateOfficer, "证书员壬"},
		{"auditor", demoPassword, people.Auditor, "审计员癸"},
	}
	for _, s := range staff {
		_, err := e.people.AccountByLogin(ctx, s.Login)
		if err == nil {
			continue
		}
		if !errors.Is(err, people.ErrNotFound) {
			return nil, err
		}
		roles := []people.Role{s.Role}
		if s.Login == "examiner" { // leads the panels
			roles = append(roles, people.Chair)
		}
		if err := e.addAccount(ctx, s.Login, s.Name, s.Password, roles); err != nil {
			return nil, err
		}
	}
	return staff, e.demoExaminers(ctx, staff)
}

// demoExaminers enters the demo's examiners in the register: qualified for every
// level, with a card and this year's assessment.
func (e *engine) demoExaminers(ctx context.Context, staff []demoAccount) error {
	admin, err := e.people.AccountByLogin(ctx, staff[0].Login)
	if err != nil {
		return err
	}
	now := e.clock.Now().In(standard.Zone)
	for i, s := range staff {
		if s.Role != people.Examiner {
			continue
		}
		account, err := e.people.AccountByLogin(ctx, s.Login)
		if err != nil {
			return err
		}
		entry, err := e.register.Entry(ctx, admin.ID, account.ID)
		if errors.Is(err, people.ErrNotFound) {
			entry, err = e.register.Put(ctx, admin.ID, people.ExaminerEntry{
				Account: account.ID, Grade: standard.SeniorExaminer, CardNumber: fmt.Sprintf("示例-%04d", i), CardUntil: now.AddDate(2, 0, 0).Format(time.DateOnly),
				Employer: "示例评价机构",
			})
		}
		if err != nil {
			return err
		}
		if len(entry.Assessments) > 0 {
			continue
		}
		year := people.YearAssessment{Year: now.Year(), Result: people.AssessedPassed, Note: "示例"}
		if _, err := e.register.Assess(ctx, admin.ID, account.ID, year); err != nil {
			return err
		}
	}
	return nil
}

func (e *engine) addAccount(ctx context.Context, login, name, password string, roles []people.Role) error {
	encoded, err := people.HashPassword(password, people.DefaultCost())
	if err != nil {
		return err
	}
	return e.people.InsertAccount(ctx, people.Account{
		ID: people.AccountID(uuid.NewString()), Login: strings.ToLower(login), Name: name, Roles: roles, Password: encoded, Created: e.clock.Now(), Version: 1,
	})
}

// demoPeople makes up candidates: names that are nobody's, numbers that are
// valid by GB 11643 and of a region code that is not given out (000000).
func demoPeople(level int) []demoCandidate {
	names := []string{"王甲", "李乙", "张丙", "刘丁", "陈戊", "杨己", "赵庚", "周辛"}
	out := make([]demoCandidate, demoCandidates)
	for i := range out {
		out[i] = demoCandidate{
			Admission: fmt.Sprintf("DEMO%d%02d", level, i+1), Level: level, Name: names[i],
			IDNumber: withCheck(fmt.Sprintf("000000198%d%02d15%03d", level, i+1, level*100+i)),
		}
	}
	return out
}

// withCheck adds the check character of GB 11643 to 17 digits.
func withCheck(digits string) string {
	weights := [17]int{7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2}
	sum := 0
	for i, w := range weights {
		sum += w * int(digits[i]-'0')
	}
	return digits + string("10X98765432"[sum%11])
}

// demoSitting makes sure that the level has a sitting with the demo's
// candidates, open now, and returns its title. A sitting that was cut off on
// its way is carried on.
func (e *engine) demoSitting(ctx context.Context, scheme standard.Scheme, bp bank.Blueprint, candidates []demoCandidate) (string, error) {
	s, err := e.findDemoSitting(ctx, candidates[0].Admission)
	if errors.Is(err, sitting.ErrNotFound) {
		s, err = e.planDemoSitting(ctx, scheme, bp, candidates)
	}
	if err != nil {
		return "", err
	}
	for _, act := range []sitting.Act{sitting.Seal, sitting.OpenIt} {
		if _, err := s.State.Next(act); err != nil {
			continue // done before, or long past
		}
		if s, err = e.demoAct(ctx, s, act); err != nil {
			return "", err
		}
	}
	return s.Title, nil
}

// demoAct moves a sitting of the demo on; its papers are sealed by two.
func (e *engine) demoAct(ctx context.Context, s sitting.Sitting, act sitting.Act) (sitting.Sitting, error) {
	if act != sitting.Seal || s.OneSealer {
		return e.office.Do(ctx, s.ID, s.Version, act, "demo")
	}
	var two [2]people.AccountID
	for i, login := range []string{"admin", "admin2"} {
		account, err := e.people.AccountByLogin(ctx, login)
		if err != nil {
			return s, err
		}
		two[i] = account.ID
	}
	s, err := e.office.Do(ctx, s.ID, s.Version, sitting.AskSeal, two[0])
	if err != nil {
		return s, err
	}
	return e.office.Do(ctx, s.ID, s.Version, act, two[1])
}

func (e *engine) findDemoSitting(ctx context.Context, admission string) (sitting.Sitting, error) {
	reg, err := e.sittings.RegistrationByAdmission(ctx, admission)
	if err != nil {
		return sitting.Sitting{}, err
	}
	s, err := e.sittings.Sitting(ctx, reg.Sitting)
	if err == nil && !s.Admits(reg.ID) {
		return sitting.Sitting{}, sitting.ErrNotFound
	}
	return s, err
}

func (e *engine) planDemoSitting(ctx context.Context, scheme standard.Scheme, bp bank.Blueprint, candidates []demoCandidate) (sitting.Sitting, error) {
	now := e.clock.Now().Truncate(time.Minute)
	s, err := e.office.Plan(ctx, sitting.Sitting{
		Title: e.standard.Occupation.Name + " " + scheme.Title + " 理论知识考试（示例）", Occupation: e.standard.Occupation, Level: scheme.Level,
		Blueprint: bp, Opens: now, Closes: now.AddDate(0, 1, 0), Duration: bp.Duration, Release: sitting.AtOnce, Explain: true,
	}, "demo")
	if err != nil {
		return s, err
	}
	entries := make([]sitting.Entry, len(candidates))
	for i, c := range candidates {
		entries[i] = sitting.Entry{Name: c.Name, IDNumber: c.IDNumber, Admission: c.Admission, Room: fmt.Sprintf("%02d", scheme.Level), Seat: fmt.Sprintf("%02d", i+1)}
	}
	if _, err := e.office.Register(ctx, s.ID, entries); err != nil {
		return s, err
	}
	return e.sittings.Sitting(ctx, s.ID)
}

// print writes the table that a newcomer reads.
func (d *demoSheet) print(w io.Writer) error {
	var b strings.Builder
	fmt.Fprintf(&b, "\n贡院 Gongyuan 演示 · demo\n\n")
	fmt.Fprintf(&b, "  考生 candidates   %s/\n", d.URL)
	fmt.Fprintf(&b, "  工作人员 staff    %s/staff\n", d.URL)
	fmt.Fprintf(&b, "  数据 data         %s\n\n", d.Data)
	fmt.Fprintf(&b, "  角色 role        登录名 login    密码 password\n")
	for _, s := range d.Staff {
		fmt.Fprintf(&b, "  %-15s  %-15s  %s\n", s.Role, s.Login, s.Password)
	}
	fmt.Fprintf(&b, "\n  考生 candidate   准考证号 no.    证件号 identity number\n")
	for _, c := range d.Candidates {
		if strings.HasSuffix(c.Admission, "01") || strings.HasSuffix(c.Admission, "02") {
			fmt.Fprintf(&b, "  level %d          %-15s  %s  %s\n", c.Level, c.Admission, c.IDNumber, c.Name)
		}
	}
	fmt.Fprintf(&b, "  （每级另有 03 至 %02d · 03 to %02d of each level likewise）\n\n  Ctrl-C 停止，数据保留 · Ctrl-C stops, the data stays\n\n", demoCandidates, demoCandidates)
	_, err := io.WriteString(w, b.String())
	return err
}
