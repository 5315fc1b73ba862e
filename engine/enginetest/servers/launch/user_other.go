//go:build !unix

package launch

import "syscall"

// postgresUser changes nothing: only Unix has a root that PostgreSQL refuses.
func postgresUser(string) (func() *syscall.SysProcAttr, error) {
	return func() *syscall.SysProcAttr { return nil }, nil
}
