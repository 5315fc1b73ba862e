package people_test

import (
	"context"
	"errors"
	"testing"

	"gongyuan/engine/people"
)

type staff map[people.AccountID]people.Account

var errStore = errors.New("no connection")

func (s staff) Account(_ context.Context, id people.AccountID) (people.Account, error) {
	if id == "broken" {
		return people.Account{}, errStore
	}
	a, ok := s[id]
	if !ok {
		return a, people.ErrNotFound
	}
	return a, nil
}

func TestMustBe(t *testing.T) {
	t.Parallel()
	refused := errors.New("not yours")
	all := staff{
		"":      {Roles: people.StaffRoles()},
		"admin": {Roles: []people.Role{people.Administrator}},
		"chair": {Roles: []people.Role{people.Chair}},
		"site":  {Roles: []people.Role{people.Administrator}, Sites: []string{"A"}},
		"ended": {Roles: []people.Role{people.Administrator}, Disabled: true},
	}
	for _, c := range []struct {
		name  string
		who   people.AccountID
		roles []people.Role
		want  error
	}{
		{"OK", "admin", []people.Role{people.Auditor, people.Administrator}, nil},
		{"OK a chair examines", "chair", []people.Role{people.Examiner}, nil},
		{"Err no role of those", "admin", []people.Role{people.Editor}, refused},
		{"Err no role asked", "admin", nil, refused},
		{"OK with limits", "site", []people.Role{people.Administrator}, nil},
		{"Err ended", "ended", []people.Role{people.Administrator}, refused},
		{"Err unknown", "nobody", []people.Role{people.Administrator}, refused},
		{"Err nobody", "", []people.Role{people.Administrator}, refused},
		{"Err store", "broken", []people.Role{people.Administrator}, errStore},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			if got := people.MustBe(t.Context(), all, c.who, refused, c.roles...); !errors.Is(got, c.want) || got != nil && c.want == nil {
				t.Errorf("got %v, want %v", got, c.want)
			}
		})
	}
}

func TestMustBeUnlimited(t *testing.T) {
	t.Parallel()
	refused := errors.New("not yours")
	all := staff{
		"admin": {Roles: []people.Role{people.Administrator}},
		"site":  {Roles: []people.Role{people.Administrator}, Sites: []string{"A"}},
		"level": {Roles: []people.Role{people.Auditor}, Levels: []int{3}},
	}
	for who, want := range map[people.AccountID]error{"admin": nil, "site": people.ErrOutside, "level": refused, "nobody": refused, "broken": errStore} {
		if got := people.MustBeUnlimited(t.Context(), all, who, refused, people.Administrator); !errors.Is(got, want) {
			t.Errorf("%s: got %v, want %v", who, got, want)
		}
	}
}
