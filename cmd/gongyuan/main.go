package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"syscall"

	"github.com/alecthomas/kong"
)

// version is set when a release is built.
var version = "dev"

// cli is every command and setting. Each has a flag, an environment variable,
// a default and a sentence.
type cli struct {
	Serve       serveCommand       `cmd:"" help:"Serve exams. Uses embedded stores unless both a MongoDB and a Redis URL are set."`
	Demo        demoCommand        `cmd:"" help:"Serve the demo: the sample bank, demo accounts and a sitting per level that is open now."`
	Bank        bankCommand        `cmd:"" help:"Work on question banks."`
	Certificate certificateCommand `cmd:"" help:"Work on certificates."`
	Audit       auditCommand       `cmd:"" help:"Read and verify the record of who did what."`
	Archive     archiveCommand     `cmd:"" help:"Check and read archives of sittings, without any database."`
	Retention   retentionCommand   `cmd:"" help:"See what is kept for how long, and what is due."`
	User        userCommand        `cmd:"" help:"Work on staff accounts."`
	Backup      backupCommand      `cmd:"" help:"Back the embedded mode up into one file. For MongoDB and Redis take their own tools."`
	Restore     restoreCommand     `cmd:"" help:"Set the data folder of the embedded mode up from a backup."`
	Keys        keysCommand        `cmd:"" help:"Work on the secrets that identity numbers, contacts, second factors and files are sealed under."`
	Drill       drillCommand       `cmd:"" help:"Play synthetic candidates against a running installation and check that nothing is lost."`
	Health      healthCommand      `cmd:"" help:"Exit with 0 if the program on this machine is ready; for containers."`
	Version     kong.VersionFlag   `help:"Print the version and exit."`
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	var c cli
	k := kong.Parse(&c,
		kong.Name("gongyuan"),
		kong.Description("贡院 Gongyuan: an online examination engine with a question bank."),
		kong.Vars{"version": version},
		kong.UsageOnError(),
		kong.ConfigureHelp(kong.HelpOptions{Compact: true, WrapUpperBound: 110}),
	)
	k.BindTo(ctx, (*context.Context)(nil))
	if err := k.Run(); err != nil {
		fmt.Fprintf(os.Stderr, "gongyuan: %v\n", err)
		code := 1
		var says interface{ ExitCode() int }
		if errors.As(err, &says) {
			code = says.ExitCode()
		}
		stop()
		os.Exit(code)
	}
}
