package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"

	"gongyuan/engine/enginetest/servers/launch"
)

// ensurePackages installs the packages that are missing, or names them in its
// error where it may not.
func ensurePackages(ctx context.Context, wanted []string, say func(string, ...any)) error {
	var missing []string
	for _, name := range wanted {
		if !installed(ctx, name) {
			missing = append(missing, name)
		}
	}
	if len(missing) == 0 {
		return nil
	}
	names := strings.Join(missing, " ")
	if _, err := exec.LookPath("apt-get"); err != nil || os.Geteuid() != 0 {
		return fmt.Errorf("missing: %s; install these Debian packages (apt-get install --no-install-recommends %s), or set %s and %s", names, names, redisVariable, mongodbVariable)
	}
	say("installing %s", names)
	if err := install(ctx, missing); err != nil {
		return fmt.Errorf("install %s: %w", names, err)
	}
	return nil
}

// installed tells whether the package is there. Where a program is what is
// needed, having it from elsewhere will do.
func installed(ctx context.Context, name string) bool {
	switch name {
	case "redis-server":
		return onPath(name)
	case "chromium-headless-shell":
		return onPath(name) || onPath("chromium") // the same engine, with windows
	case "postgresql":
		_, err := launch.FindPostgres()
		return err == nil
	}
	status, err := exec.CommandContext(ctx, "dpkg-query", "--show", "--showformat=${db:Status-Status}", name).Output()
	return err == nil && string(status) == "installed"
}

func onPath(program string) bool {
	_, err := exec.LookPath(program)
	return err == nil
}

// policyFile, when there, is asked by Debian's installation scripts whether a
// service may be started.
const policyFile = "/usr/sbin/policy-rc.d"

// install updates the lists once and installs. No service is started: the
// servers of the tests are started by this program, elsewhere.
func install(ctx context.Context, packages []string) (err error) {
	forbidden, err := forbidServices()
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, forbidden()) }()
	if err := apt(ctx, "update"); err != nil {
		return err
	}
	return apt(ctx, append([]string{"install", "--yes", "--no-install-recommends"}, packages...)...)
}

// forbidServices puts a policy that refuses every service in place, unless the
// machine has one, and returns what takes it away again.
func forbidServices() (restore func() error, err error) {
	file, err := os.OpenFile(policyFile, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o755)
	if errors.Is(err, os.ErrExist) {
		return func() error { return nil }, nil
	}
	if err != nil {
		return nil, err
	}
	_, err = file.WriteString("#!/bin/sh\nexit 101\n")
	if err := errors.Join(err, file.Close()); err != nil {
		return nil, errors.Join(err, os.Remove(policyFile))
	}
	return func() error { return os.Remove(policyFile) }, nil
}

// apt runs apt-get without questions. Its output is shown only when it fails.
func apt(ctx context.Context, arguments ...string) error {
	command := exec.CommandContext(ctx, "apt-get", append([]string{"--quiet", "--option", "DPkg::Lock::Timeout=300"}, arguments...)...)
	command.Env = append(os.Environ(), "DEBIAN_FRONTEND=noninteractive")
	output, err := command.CombinedOutput()
	if err != nil {
		return fmt.Errorf("apt-get %s: %w\n%s", arguments[0], err, strings.TrimSpace(string(output)))
	}
	return nil
}
