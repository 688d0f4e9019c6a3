# shellcheck shell=bash
# Certificates for one run; sourced by run.sh.

# Creates an authority and a certificate for 127.0.0.1: authority.pem, server.pem and server.key in a new folder.
make_certificates() {
  local folder=$1
  mkdir "$folder"
  cat >"$folder/openssl.cnf" <<'CONFIGURATION'
[req]
distinguished_name = name
prompt = no
[name]
CN = Authority of the client tests
[authority]
basicConstraints = critical, CA:TRUE
keyUsage = critical, keyCertSign
subjectKeyIdentifier = hash
[server]
basicConstraints = critical, CA:FALSE
keyUsage = critical, digitalSignature
extendedKeyUsage = serverAuth
subjectAltName = IP:127.0.0.1
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid
CONFIGURATION
  (
    cd "$folder"
    umask 077
    openssl ecparam -name prime256v1 -genkey -noout -out authority.key
    openssl req -new -x509 -key authority.key -days 2 -config openssl.cnf -extensions authority -out authority.pem
    openssl ecparam -name prime256v1 -genkey -noout | openssl pkcs8 -topk8 -nocrypt -out server.key
    openssl req -new -key server.key -config openssl.cnf -subj '/CN=127.0.0.1' -out server.csr
    openssl x509 -req -in server.csr -CA authority.pem -CAkey authority.key -set_serial 1 -days 2 \
      -extfile openssl.cnf -extensions server -out server.pem
  ) 2>"$folder/openssl.log" || die "openssl cannot create the certificates: $(<"$folder/openssl.log")"
}
