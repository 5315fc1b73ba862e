// Package personnel keeps the accounts of staff (账号): who may sign in, in which
// roles and for which levels, their sessions and their second factor. Gate tells
// whether an account and a session still hold; Office is where administrators
// keep accounts, and everybody their own; Factors is the second step of signing
// in.
//
// What an account is stands in people, which other packages read; tokens and
// HTTP are in api.
package personnel
