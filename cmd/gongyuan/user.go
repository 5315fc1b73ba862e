package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"time"

	"gongyuan/engine/audit"
	"gongyuan/engine/mongostore"
	"gongyuan/engine/people"
)

type userCommand struct {
	Add      userAddCommand      `cmd:"" help:"Add a staff account. The password is read from standard input."`
	Password userPasswordCommand `cmd:"" help:"Set the password of a staff account, read from standard input."`
}

type userAddCommand struct {
	Login  string        `arg:"" help:"Login name."`
	Name   string        `required:"" help:"The person's name."`
	Role   []string      `required:"" enum:"administrator,editor,reviewer,examiner,chair,invigilator,certificate-officer,auditor" help:"Role: ${enum}. May be given several times."`
	Stores storeSettings `embed:""`
}

// Run adds the account.
func (c *userAddCommand) Run(ctx context.Context) error {
	password, err := readPassword()
	if err != nil {
		return err
	}
	e, err := quietEngine(ctx, &c.Stores)
	if err != nil {
		return err
	}
	defer e.close(context.WithoutCancel(ctx))
	roles := make([]people.Role, len(c.Role))
	for i, r := range c.Role {
		roles[i] = people.Role(r)
	}
	err = e.addAccount(ctx, c.Login, c.Name, password, roles)
	if errors.Is(err, people.ErrDuplicate) {
		return fmt.Errorf("login %q is taken", c.Login)
	}
	return err
}

type userPasswordCommand struct {
	Login  string        `arg:"" help:"Login name."`
	Factor bool          `name:"without-factor" help:"Also take away the second factor, where its device and the recovery codes are lost."`
	Stores storeSettings `embed:""`
}

// Run sets the password and ends the account's sessions.
func (c *userPasswordCommand) Run(ctx context.Context) error {
	password, err := readPassword()
	if err != nil {
		return err
	}
	encoded, err := people.HashPassword(password, people.DefaultCost())
	if err != nil {
		return err
	}
	e, err := quietEngine(ctx, &c.Stores)
	if err != nil {
		return err
	}
	defer e.close(context.WithoutCancel(ctx))
	account, err := e.people.AccountByLogin(ctx, strings.ToLower(c.Login))
	if errors.Is(err, people.ErrNotFound) {
		return fmt.Errorf("no account has the login %q", c.Login)
	} else if err != nil {
		return err
	}
	account.Password, account.GivenUntil = encoded, time.Time{}
	if _, err = e.people.ReplaceAccount(ctx, account); err != nil {
		return err
	}
	if c.Factor {
		if err := e.dropFactor(ctx, account.ID); err != nil {
			return err
		}
	}
	return e.people.EndOthers(ctx, people.Staff, string(account.ID), "")
}

// dropFactor takes away a second factor that its owner has lost.
func (e *engine) dropFactor(ctx context.Context, id people.AccountID) error {
	event := audit.Event{Actor: audit.System, Act: "account.factor-reset", Object: "account:" + string(id)}
	return audit.Do(ctx, e.trail, event, func() error { return mongostore.New(e.stores.db).Factors().DropFactor(ctx, id) })
}

func readPassword() (string, error) {
	line, err := bufio.NewReader(os.Stdin).ReadString('\n')
	if line == "" && err != nil {
		return "", errors.New("no password on standard input")
	}
	return strings.TrimRight(line, "\r\n"), nil
}
