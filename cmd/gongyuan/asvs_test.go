package main

import "testing"

// asvs says, for the items of levels 1 and 2 of OWASP ASVS 5.0 in the chapters
// on validation and business logic (2), sessions (7), authorization (8),
// self-contained tokens (9), cryptography (11) and data protection (14), which
// tests show that they hold here, or why they do not apply. The words are ours;
// the standard's are at https://github.com/OWASP/ASVS. The ids and levels of 2
// and 9 were read in its text; those of 7, 8, 11 and 14 in its last drafts
// before the release, and 11.4.4 rests on memory.
var asvs = []struct {
	id    string
	words string
	tests []string // Go functions, or titles of the front end's tests
	not   string   // why it does not apply, "" where it does
}{
	{"2.1.1", "the contract is the written rule for each field's form", []string{"TestCheckBody", "TestGeneratedIsFresh"}, ""},
	{"2.1.2", "fields that depend on each other are written down with their reasons, in both languages", []string{"TestFieldText", "TestFields"}, ""},
	{"2.1.3", "limits per person and for all are written in one table per kind", []string{"TestCheckPublic", "TestLane"}, ""},
	{"2.2.1", "everything that comes in is held against the contract", []string{"TestProblems", "FuzzRequest", "FuzzCheckBody"}, ""},
	{"2.2.2", "the server checks, whatever a page has checked", []string{"TestProblems", "TestRegisterAllOrNone"}, ""},
	{"2.2.3", "fields that contradict each other are refused by name", []string{"TestRegisterAllOrNone", "TestStatementRefused"}, ""},
	{"2.3.1", "a state changes along one table only, step by step", []string{"TestState", "TestFilingGate", "TestRelease"}, ""},
	{"2.3.2", "limits of the work itself: time of an exam, term of an appeal, odd panels", []string{"TestDeadline", "TestAppeal", "TestPanelOverride"}, ""},
	{"2.3.3", "an act is done whole or not at all", []string{"TestRegisterAllOrNone", "TestRegradeCarried", "TestBatchGoesOn"}, ""},
	{"2.3.4", "one seat, one number, one certificate, however many ask at once", []string{"TestRegistrations", "TestCertificates", "TestCertificateNumbers"}, ""},
	{"2.4.1", "floods and guessing are held off", []string{"TestPublicLimits", "TestLoginLimit", "TestAddressLimit", "TestVerifyCosts"}, ""},
	{"7.1.1", "how long a session lasts, unused and in all, are two constants with their reasons", []string{"TestSessionEnds"}, ""},
	{"7.1.2", "several sessions of one account are allowed and shown; a candidate writes from one device", []string{"TestAccounts", "TestExam"}, ""},
	{"7.1.3", "sessions shared with other systems", nil, "there is no sign-in through others"},
	{"7.2.1", "tokens are checked by the server at each request", []string{"TestAccess"}, ""},
	{"7.2.2", "tokens are made at each sign-in, none is fixed", []string{"TestTokens", "TestRefresh"}, ""},
	{"7.2.3", "reference tokens come from the system's generator and are kept as a hash", []string{"TestSessions", "TestPeople"}, ""},
	{"7.2.4", "signing in makes a new session, renewing replaces the token", []string{"TestRefresh", "TestRefreshAfterEnd"}, ""},
	{"7.3.1", "who stays away signs in again", []string{"TestSessionEnds", "a session that ends on an open exam comes back to the same place"}, ""},
	{"7.3.2", "no session outlives its end, however often it is renewed", []string{"TestSessionEnds"}, ""},
	{"7.4.1", "after signing out neither cookie nor token is good", []string{"TestLogout", "TestSignedOutTokenIsRefused"}, ""},
	{"7.4.2", "an ended account is out at once", []string{"TestEndedWithinASecond"}, ""},
	{"7.4.3", "a changed password ends the other sessions, a factor that was reset all of them", []string{"TestChangeEndsOthers", "TestAccounts"}, ""},
	{"7.4.4", "every page behind a sign-in has a way to sign out", []string{"signing out keeps the place for whoever signs in next"}, ""},
	{"7.4.5", "administrators end the sessions of others", []string{"TestAccounts", "an account from its one-time password to its end"}, ""},
	{"7.5.1", "changing a password asks for the present one; a factor is added or renewed by password and factor, and taken away by a factor", []string{"TestSecondFactor", "TestPasskeys", "TestChangeEndsOthers"}, ""},
	{"7.5.2", "everybody sees and ends their own sessions", []string{"TestAccounts", "TestOwnAccountIsAnothers"}, ""},
	{"7.6.1", "terms agreed with others who vouch for sign-ins", nil, "there is no sign-in through others"},
	{"7.6.2", "sessions begin with an act of the person", nil, "there is no sign-in through others; a session begins with a password or a number that somebody typed"},
	{"8.1.1", "who may call what stands in the contract, at the route", []string{"TestAccess"}, ""},
	{"8.1.2", "who sees and writes which fields stands in the types of the contract, per reader", []string{"TestNoKeyReachesCandidate", "TestFiles"}, ""},
	{"8.2.1", "a route that names nobody is closed; every role is tried on every route", []string{"TestAccess"}, ""},
	{"8.2.2", "what is another's answers as if it were not there", []string{"TestForeignAttempt", "TestFiles", "TestOwnAccountIsAnothers"}, ""},
	{"8.2.3", "fields that somebody may not see are not in the answer", []string{"TestNoKeyReachesCandidate", "TestMaskIdentity", "TestLevelLimit"}, ""},
	{"8.3.1", "the domain checks who acts, behind the route", []string{"TestAccess", "TestReviewerOnlyReviews", "TestLevelLimit"}, ""},
	{"8.4.1", "one installation must not touch another's data", nil, "an installation serves one body; several in one database have names of their own"},
	{"9.1.1", "nothing in a token counts before its seal was checked", []string{"TestTokens", "FuzzToken", "FuzzStatement"}, ""},
	{"9.1.2", "one algorithm per kind of token; none, and others, are refused", []string{"TestTokens", "TestStatementHeaders"}, ""},
	{"9.1.3", "keys come from the installation, never from a token", []string{"TestTokens", "TestStatementHeaders", "TestParseJWKS"}, ""},
	{"9.2.1", "a token that has run out is refused", []string{"TestTokens"}, ""},
	{"9.2.2", "a token of another kind is refused", []string{"TestTokens", "TestStatementHeaders"}, ""},
	{"9.2.3", "a token of candidates opens nothing for staff, and the other way round", []string{"TestTokens", "TestAccess"}, ""},
	{"9.2.4", "each token names whom it is for", []string{"TestTokens"}, ""},
	{"11.1.1", "the life of secrets: made, added in front, everything sealed again, kept for what they once vouched for", []string{"TestKeysNew", "TestKeysRotate"}, ""},
	{"11.1.2", "every use of a secret is on a list, with what it may seal", []string{"TestUsesOfSecrets"}, ""},
	{"11.2.1", "cryptography comes from the standard library and x/crypto only", []string{"TestCryptographyIsTheLibrarys"}, ""},
	{"11.2.2", "each seal names its secret; all can be sealed again", []string{"TestKeysRotate", "TestRotate", "TestPassword"}, ""},
	{"11.2.3", "keys have 256 bits", []string{"TestSealer", "TestCryptographyIsTheLibrarys"}, ""},
	{"11.3.1", "no block mode without authentication", []string{"TestCryptographyIsTheLibrarys"}, ""},
	{"11.3.2", "AES-GCM alone", []string{"TestCryptographyIsTheLibrarys", "TestSealer"}, ""},
	{"11.3.3", "a bit that was changed, or a seal that was moved, opens nothing", []string{"TestSealer", "TestVault"}, ""},
	{"11.4.1", "SHA-256; SHA-1 only inside the codes of authenticator apps, as their standard says", []string{"TestCryptographyIsTheLibrarys", "TestCodeRFC"}, ""},
	{"11.4.2", "passwords by argon2id with its cost beside it", []string{"TestPassword"}, ""},
	{"11.4.3", "hashes that stand for contents have 256 bits", []string{"TestCryptographyIsTheLibrarys", "TestLogAltered"}, ""},
	{"11.4.4", "keys from passwords are stretched", nil, "no key is made of a password: secrets are random (this id rests on memory of the released text)"},
	{"11.5.1", "what must not be guessed comes from the system's generator", []string{"TestCryptographyIsTheLibrarys", "TestSessions"}, ""},
	{"11.6.1", "signatures are Ed25519", []string{"TestStatement", "TestParseJWKS"}, ""},
	{"14.1.1", "what is sensitive is known: identity numbers, contacts, factors, photographs and files, keys of questions", []string{"TestKeysRotate", "TestNoKeyReachesCandidate"}, ""},
	{"14.1.2", "what is done for it is written down: sealed, masked, never logged, never in an address", []string{"TestKeysRotate", "TestMaskIdentity"}, ""},
	{"14.2.1", "nothing sensitive stands in an address", []string{"TestNothingSensitiveInAddresses"}, ""},
	{"14.2.2", "answers are not kept on the way", []string{"TestNoStore"}, ""},
	{"14.2.3", "pages ask nobody but the program", []string{"TestNoStore"}, ""},
	{"14.2.4", "the sealing is done as written, and every sealed kind is on the list", []string{"TestKeysRotate", "TestAuditTamper"}, ""},
	{"14.3.1", "signing out leaves nothing of the person in the page", []string{"signing out keeps the place for whoever signs in next"}, ""},
	{"14.3.2", "answers say that they are not to be kept", []string{"TestNoStore"}, ""},
	{"14.3.3", "a browser keeps answers of an exam under way and sheets, and no identity number", []string{"TestBrowserKeepsNoNumbers"}, ""},
}

// TestASVS makes sure that every test of the table is there, and that no item
// is left without one or a reason.
func TestASVS(t *testing.T) {
	t.Parallel()
	tests := testsOfRepository(t)
	seen := map[string]bool{}
	for _, row := range asvs {
		if seen[row.id] {
			t.Errorf("%s stands there twice", row.id)
		}
		seen[row.id] = true
		if len(row.tests) == 0 && row.not == "" || len(row.tests) > 0 && row.not != "" || row.words == "" {
			t.Errorf("%s has to name tests, or say why it does not apply", row.id)
		}
		for _, name := range row.tests {
			if len(tests[name]) == 0 {
				t.Errorf("%s: there is no test %q", row.id, name)
			}
		}
	}
	for chapter, items := range map[string]int{"2.": 11, "7.": 18, "8.": 7, "9.": 7, "11.": 14, "14.": 9} {
		n := 0
		for id := range seen {
			if len(id) > len(chapter) && id[:len(chapter)] == chapter {
				n++
			}
		}
		if n != items {
			t.Errorf("chapter %s %d items, want %d", chapter, n, items)
		}
	}
}
