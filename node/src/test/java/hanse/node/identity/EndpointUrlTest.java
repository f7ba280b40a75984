package hanse.node.identity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import hanse.error.v1.Reason;
import hanse.node.call.RefusedException;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class EndpointUrlTest {
    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "https://weather.example.com",
                "https://weather.example.com:8443/v1/report?unit=c",
                "https://xn--bcher-kva.example/",
                "https://8.8.8.8/",
                "https://[2606:4700:4700::1111]/",
                "HTTPS://Weather.Example.COM./"
            })
    void acceptsAPublicHttpsUrl(String url) {
        assertThat(EndpointUrl.check(url)).isEqualTo(url);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "http://weather.example.com",
                "ftp://weather.example.com",
                "weather.example.com",
                "https:///path",
                "https://",
                "https://user:pass@weather.example.com",
                "https://user@weather.example.com",
                "https://localhost",
                "https://localhost:8443",
                "https://api.localhost",
                "https://printer.local",
                "https://metadata.google.internal",
                "https://router.home.arpa",
                "https://intranet",
                "https://127.0.0.1",
                "https://127.1",
                "https://2130706433",
                "https://0x7f000001",
                "https://0177.0.0.1",
                "https://0.0.0.0",
                "https://10.1.2.3",
                "https://100.64.0.1",
                "https://100.127.255.254",
                "https://169.254.169.254/latest/meta-data",
                "https://172.16.0.1",
                "https://172.31.255.254",
                "https://192.168.1.1",
                "https://198.18.0.1",
                "https://224.0.0.1",
                "https://255.255.255.255",
                "https://[::1]",
                "https://[::]",
                "https://[fe80::1]",
                "https://[fc00::1]",
                "https://[fd12:3456::1]",
                "https://[ff02::1]",
                "https://[::ffff:127.0.0.1]",
                "https://[::ffff:10.0.0.1]",
                "https://[64:ff9b::7f00:1]",
                "https://[2002:7f00:1::]",
                "https://[2001:db8::1]",
                "https://weather.example.com:0",
                "https://weather.example.com:99999",
                "https://weather example.com",
                "https://weather.example.com\\@10.0.0.1/"
            })
    void refusesWhatIsNotPublicOrNotHttps(String url) {
        assertThatThrownBy(() -> EndpointUrl.check(url))
                .isInstanceOfSatisfying(
                        RefusedException.class,
                        refused -> assertThat(refused.reason()).isEqualTo(Reason.BAD_ENDPOINT_URL));
    }
}
