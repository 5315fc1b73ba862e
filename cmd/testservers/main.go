package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"runtime"
	"strings"
	"syscall"
	"time"
)

const (
	redisVariable   = "GONGYUAN_TEST_REDIS_URL"
	mongodbVariable = "GONGYUAN_TEST_MONGODB_URL"
	ferretVariable  = "GONGYUAN_TEST_FERRETDB"
)

// settings are the flags.
type settings struct {
	packages string
	ferretdb string
	keep     bool
	quiet    bool
}

func main() {
	// A child dies with the thread that started it, so that thread stays.
	runtime.LockOSThread()
	var chosen settings
	flag.StringVar(&chosen.packages, "packages", "redis-server postgresql", "Debian packages that the command needs besides the servers' own, by name; the servers' own are left out when their address is given")
	flag.StringVar(&chosen.ferretdb, "ferretdb", os.Getenv(ferretVariable), "FerretDB program; built from cmd/ferretdb and kept in the cache folder when empty (also "+ferretVariable+")")
	flag.BoolVar(&chosen.keep, "keep", false, "keep the folder with the servers' data and logs")
	flag.BoolVar(&chosen.quiet, "quiet", false, "say nothing but errors")
	flag.Usage = func() {
		fmt.Fprintln(flag.CommandLine.Output(), "usage: testservers [flags] -- command [arguments]")
		flag.PrintDefaults()
	}
	flag.Parse()
	if flag.NArg() == 0 {
		flag.Usage()
		os.Exit(2)
	}

	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	status, err := run(ctx, chosen, flag.Args())
	if err != nil {
		fmt.Fprintln(os.Stderr, "testservers:", err)
	}
	os.Exit(status)
}

// run returns the exit status of the command, or 1 and the reason why it could
// not be run.
func run(ctx context.Context, chosen settings, command []string) (status int, err error) {
	say := func(format string, values ...any) {
		if !chosen.quiet {
			fmt.Fprintf(os.Stderr, "testservers: "+format+"\n", values...)
		}
	}
	wanted := strings.Fields(chosen.packages)
	if os.Getenv(redisVariable) != "" {
		wanted = without(wanted, "redis-server")
	}
	if os.Getenv(mongodbVariable) != "" {
		wanted = without(wanted, "postgresql")
	}
	if err := ensurePackages(ctx, wanted, say); err != nil {
		return 1, err
	}
	started := time.Now()
	servers, err := startServers(ctx, chosen, say)
	defer servers.stop()
	if err != nil {
		return 1, err
	}
	say("servers ready after %v", time.Since(started).Round(time.Millisecond))
	return runCommand(ctx, command)
}

// runCommand runs the command with the terminal's input and output. When the
// context ends it interrupts the command, and kills it ten seconds later.
func runCommand(ctx context.Context, arguments []string) (status int, err error) {
	command := exec.CommandContext(ctx, arguments[0], arguments[1:]...)
	command.Stdin, command.Stdout, command.Stderr = os.Stdin, os.Stdout, os.Stderr
	command.SysProcAttr = group()
	command.Cancel = func() error { return signalGroup(command.Process, os.Interrupt) }
	command.WaitDelay = 10 * time.Second
	err = command.Run()
	// What the command left behind would hold on to servers that are going.
	if command.Process != nil {
		_ = signalGroup(command.Process, os.Kill)
	}
	var exit *exec.ExitError
	switch {
	case ctx.Err() != nil:
		return 1, errors.New("interrupted")
	case errors.As(err, &exit):
		return max(1, exit.ExitCode()), nil
	case err != nil:
		return 1, err
	}
	return 0, nil
}

func without(names []string, name string) []string {
	var kept []string
	for _, each := range names {
		if each != name {
			kept = append(kept, each)
		}
	}
	return kept
}
