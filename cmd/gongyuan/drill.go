package main

import (
	"context"
	"os"
	"time"

	"gongyuan/cmd/gongyuan/drill"
)

// drillCommand plays synthetic candidates against a running installation.
type drillCommand struct {
	URL        string        `env:"GONGYUAN_DRILL_URL" default:"http://127.0.0.1:8080" help:"Address of the installation."`
	Login      string        `env:"GONGYUAN_DRILL_LOGIN" default:"admin" help:"Login of an administrator."`
	Password   string        `env:"GONGYUAN_DRILL_PASSWORD" default:"gongyuan-demo" help:"The administrator's password; the default is the demo's."`
	Code       string        `env:"GONGYUAN_DRILL_CODE" default:"" help:"A code of the administrator's second factor, where the account has one."`
	Candidates int           `env:"GONGYUAN_DRILL_CANDIDATES" default:"50" help:"How many sit the exam."`
	Level      int           `env:"GONGYUAN_DRILL_LEVEL" default:"3" help:"Level of the sitting."`
	Blueprint  string        `env:"GONGYUAN_DRILL_BLUEPRINT" default:"" placeholder:"ID" help:"Blueprint to draw by; empty means the first that the bank can fulfil."`
	Duration   time.Duration `env:"GONGYUAN_DRILL_DURATION" default:"60s" help:"How long candidates answer."`
	Ramp       time.Duration `env:"GONGYUAN_DRILL_RAMP" default:"5s" help:"Span in which all of them enter."`
	Think      time.Duration `env:"GONGYUAN_DRILL_THINK" default:"2s" help:"Mean time between two answers of one candidate."`
	Faults     bool          `env:"GONGYUAN_DRILL_FAULTS" help:"Cut connections, double and reorder requests, reload, take over."`
	Seed       uint64        `env:"GONGYUAN_DRILL_SEED" default:"0" help:"Decides who answers what and where faults strike; 0 takes one from the clock."`
	JSON       string        `name:"json" env:"GONGYUAN_DRILL_JSON" default:"" placeholder:"FILE" help:"Write the report as data to this file."`
	HTML       string        `name:"html" env:"GONGYUAN_DRILL_HTML" default:"" placeholder:"FILE" help:"Write the report as a page to this file."`
}

// Run drills and prints the report. It fails where anything acknowledged was
// lost or handed in twice.
func (c *drillCommand) Run(ctx context.Context) error {
	_, err := drill.Run(ctx, drill.Config{
		URL: c.URL, AdminLogin: c.Login, AdminPassword: c.Password, AdminCode: c.Code, Candidates: c.Candidates, Level: c.Level, Blueprint: c.Blueprint,
		Duration: c.Duration, Ramp: c.Ramp, Think: c.Think, Faults: c.Faults, Seed: c.Seed, Out: os.Stdout, JSON: c.JSON, HTML: c.HTML,
	})
	return err
}
